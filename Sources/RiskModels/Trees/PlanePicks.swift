internal import CTreeKernels

/// Where the kernel finds each feature's attributions among the bytes of a batch's trees.
///
/// Sixteen trees at a time, a vector of picks has sixteen lanes and each lane takes up to four attributions of its
/// feature; a feature has as many lanes as the sixteen trees that ask about it most need.
struct PlanePicks {
    /// For each sixteen trees `vectorCount` times 64 indices.
    private(set) var picks: [UInt8] = []
    /// The features that trees ask about, ascending: each has a lane.
    let features: [Int]
    /// The same as bits.
    private(set) var asked: [UInt8]
    /// The features of the lanes after those.
    private(set) var moreFeatures: [UInt16] = []
    private(set) var vectorCount = 0
    /// How many times sixteen trees there are.
    let pairCount: Int
    /// How many attributions a row of the batch has.
    private(set) var entryCount = 0

    private static let slotCount = 4
    private static let laneCount = Int(TK_PICK_LANES)
    private static let placeCount = Int(TK_ROW_PLACES)

    /// Whether adding up all lanes takes less time than adding up attributions one by one.
    var pays: Bool {
        vectorCount > 0 && vectorCount <= Int(TK_PICK_LIMIT) && pairCount * vectorCount * Int(TK_PLANES) <= entryCount
    }

    /// - Parameter blocks: Of each tree of each block its features, in the order of their places; none has as many as
    ///   there are places, so that the last place always holds zero.
    init(_ blocks: [[[Int]]], featureCount: Int) {
        let pairs = blocks.flatMap { trees in
            stride(from: 0, to: trees.count, by: Int(TK_PAIR_TREES)).map {
                Self.indices(trees[$0..<min(trees.count, $0 + Int(TK_PAIR_TREES))])
            }
        }
        pairCount = pairs.count
        var most: [Int: Int] = [:]
        for (feature, indices) in pairs.joined() { most[feature] = max(most[feature] ?? 0, indices.count) }
        features = most.keys.sorted()
        asked = Array(repeating: 0, count: (featureCount + 7) / 8)
        var lanes: [Int: [Int]] = [:]
        for (lane, feature) in features.enumerated() {
            asked[feature / 8] |= 1 << UInt8(feature % 8)
            lanes[feature] = [lane]
            let moreCount = ((most[feature] ?? 0) - 1) / Self.slotCount
            for _ in 0..<moreCount {
                lanes[feature, default: []].append(features.count + moreFeatures.count)
                moreFeatures.append(UInt16(feature))
            }
        }
        vectorCount = (features.count + moreFeatures.count + Self.laneCount - 1) / Self.laneCount
        entryCount = pairs.joined().reduce(0) { $0 + $1.value.count }
        for pair in pairs {
            // What is not picked is a zero.
            var bytes = Array(repeating: UInt8(Self.placeCount - 1), count: vectorCount * Int(TK_LANES))
            for (feature, indices) in pair {
                for (number, index) in indices.enumerated() {
                    guard let lane = lanes[feature]?[number / Self.slotCount] else { continue }
                    bytes[lane * Self.slotCount + number % Self.slotCount] = index
                }
            }
            picks += bytes
        }
    }

    /// Of each feature the indices of its attributions in the planes of up to sixteen trees.
    private static func indices(_ trees: ArraySlice<[Int]>) -> [Int: [UInt8]] {
        var indices: [Int: [UInt8]] = [:]
        for (tree, features) in trees.enumerated() {
            for (place, feature) in features.enumerated() {
                indices[feature, default: []].append(UInt8(tree * placeCount + place))
            }
        }
        return indices
    }
}
