internal import CTreeKernels

/// Where the kernel finds each feature's attributions among the bytes of a batch's trees.
///
/// Sixteen trees at a time, a vector of picks has sixteen lanes and each lane takes up to four attributions of its
/// feature; a feature has as many lanes as the sixteen trees that ask about it most need.
struct PlanePicks {
    /// For each sixteen trees `vectorCount` times 64 indices.
    private(set) var picks: [UInt8] = []
    /// The feature of each lane, ascending.
    private(set) var laneFeatures: [UInt16] = []
    private(set) var vectorCount = 0
    /// How many attributions a row of the batch has.
    private(set) var entryCount = 0

    private static let slotCount = 4
    private static let laneCount = Int(TK_PICK_LANES)
    private static let placeCount = Int(TK_ROW_PLACES)

    /// Whether adding up all lanes takes less time than adding up attributions one by one.
    var pays: Bool {
        let pairCount = vectorCount == 0 ? 0 : picks.count / (vectorCount * Int(TK_LANES))
        return vectorCount <= Int(TK_PICK_LIMIT) && pairCount * vectorCount * Int(TK_PLANES) <= entryCount
    }

    /// - Parameter blocks: Of each tree of each block its features, in the order of their places; none has as many as
    ///   there are places, so that the last place always holds zero.
    init(_ blocks: [[[Int]]]) {
        let pairs = blocks.flatMap { trees in
            stride(from: 0, to: trees.count, by: Int(TK_PAIR_TREES)).map {
                Self.indices(trees[$0..<min(trees.count, $0 + Int(TK_PAIR_TREES))])
            }
        }
        var most: [Int: Int] = [:]
        for (feature, indices) in pairs.joined() { most[feature] = max(most[feature] ?? 0, indices.count) }
        var firstLane: [Int: Int] = [:]
        for (feature, count) in most.sorted(by: { $0.key < $1.key }) {
            firstLane[feature] = laneFeatures.count
            let lanes = (count + Self.slotCount - 1) / Self.slotCount
            laneFeatures += Array(repeating: UInt16(feature), count: lanes)
        }
        vectorCount = (laneFeatures.count + Self.laneCount - 1) / Self.laneCount
        entryCount = pairs.joined().reduce(0) { $0 + $1.value.count }
        for pair in pairs {
            // What is not picked is a zero.
            var bytes = Array(repeating: UInt8(Self.placeCount - 1), count: vectorCount * Int(TK_LANES))
            for (feature, indices) in pair {
                guard let lane = firstLane[feature] else { continue }
                for (slot, index) in indices.enumerated() { bytes[lane * Self.slotCount + slot] = index }
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
