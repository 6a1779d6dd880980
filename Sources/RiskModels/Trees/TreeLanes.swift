internal import CTreeKernels

/// A symmetric tree in one lane of a block.
struct TreeLane {
    var place: TreeLayout.Place
    /// Its distinct features, each with the level that has its number in the rows.
    var players: [(feature: Int, level: Int)]
    /// The step of its short leaves, if the model has such.
    var leafStep: Double?
}

/// Blocks of up to sixty-four lanes, each of trees of one depth, in the order of their depths.
///
/// With short leaves, each eight lanes hold trees whose leaves have one step, and lanes stay empty so that only the
/// last block is not full: leaves are then added up in one go. Trees stand where their neighbours ask about other
/// features.
struct TreeLanes {
    private(set) var blocks: [[TreeLane?]] = []

    private static let laneCount = Int(TK_LANES)
    private static let eight = 8
    /// Trees that change places among each other, so that many trees do not take long.
    private static let spreadCount = 512

    init(_ layout: TreeLayout) {
        var ofDepth: [Int: [TreeLane]] = [:]
        for (index, place) in layout.places().enumerated() {
            let step = layout.shortLeafSteps?[index]
            ofDepth[place.depth, default: []].append(
                TreeLane(place: place, players: layout.players(of: place), leafStep: step))
        }
        for (_, trees) in ofDepth.sorted(by: { $0.key < $1.key }) {
            if layout.shortLeafSteps != nil { fillUp(blocks.count - 1, to: Self.laneCount) }
            let lanes = layout.shortLeafSteps == nil ? trees : Self.inEights(trees)
            for first in stride(from: 0, to: lanes.count, by: Self.laneCount) {
                blocks.append(Array(lanes[first..<min(lanes.count, first + Self.laneCount)]))
            }
        }
    }

    private mutating func fillUp(_ block: Int, to count: Int) {
        guard block >= 0 else { return }
        blocks[block] += Array(repeating: nil, count: count - blocks[block].count)
    }

    /// Eight lanes that share a step, and how many of their trees ask about each feature.
    private struct Eight {
        var lanes: [TreeLane?] = []
        var counts: [Int: Int] = [:]

        /// How much adding a tree adds to what is asked more than once.
        func overlap(_ tree: TreeLane) -> Int { tree.players.reduce(0) { $0 + (counts[$1.feature] ?? 0) } }

        /// The same for other eight trees.
        func overlap(_ other: Eight) -> Int {
            other.counts.reduce(0) { sum, asked in
                let count = asked.value + (counts[asked.key] ?? 0)
                return sum + count * count
            }
        }
    }

    /// Trees of one step in each eight lanes, and beside each of those the eight that ask least about its features,
    /// since sixteen trees are picked from at once and features should need few lanes of picks. O(trees²), in parts.
    private static func inEights(_ trees: [TreeLane]) -> [TreeLane?] {
        let ofStep = Dictionary(grouping: trees) { $0.leafStep ?? 0 }.sorted { $0.key < $1.key }
        let eights = ofStep.flatMap { _, run in
            stride(from: 0, to: run.count, by: spreadCount).flatMap { first in
                spread(Array(run[first..<min(run.count, first + spreadCount)]))
            }
        }
        var rest = eights
        var lanes: [TreeLane?] = []
        while !rest.isEmpty {
            let next = rest.removeLast()
            lanes += next.lanes
            let others = rest.prefix(spreadCount / eight)
            guard let best = others.indices.min(by: { (next.overlap(rest[$0]), $0) < (next.overlap(rest[$1]), $1) })
            else { break }
            lanes += rest.remove(at: best).lanes
        }
        return lanes
    }

    /// Puts each tree into the eight that ask least about its features.
    private static func spread(_ trees: [TreeLane]) -> [Eight] {
        var eights = Array(repeating: Eight(), count: (trees.count + eight - 1) / eight)
        for tree in trees {
            let open = eights.indices.filter { eights[$0].lanes.count < eight }
            guard let best = open.min(by: { (eights[$0].overlap(tree), $0) < (eights[$1].overlap(tree), $1) }) else {
                preconditionFailure("\(trees.count) trees do not fit \(eights.count) times eight lanes")
            }
            eights[best].lanes.append(tree)
            for player in tree.players { eights[best].counts[player.feature, default: 0] += 1 }
        }
        for index in eights.indices {
            eights[index].lanes += Array(repeating: nil, count: eight - eights[index].lanes.count)
        }
        return eights
    }
}

/// The leaves of a batch in eight bits, for all lanes with the room that the deepest trees need.
struct ShortLeafTable {
    private(set) var leaves: [Int8]
    /// Of each eight lanes, by how many bits their step is larger than the smallest.
    private(set) var shifts: [UInt8] = []
    let stride: Int

    /// - Parameter smallest: The smallest step of the model's trees, all of which have one.
    init(_ blocks: [[TreeLane?]], _ layout: TreeLayout, smallest: Double) {
        let lanes = blocks.joined()
        stride = 1 << (lanes.compactMap { $0?.place.depth }.max() ?? 0)
        leaves = Array(repeating: 0, count: lanes.count * stride)
        for (lane, tree) in lanes.enumerated() {
            guard let tree, let step = tree.leafStep else { continue }
            for leaf in 0..<1 << tree.place.depth {
                leaves[lane * stride + leaf] = Int8(layout.leaves[tree.place.firstLeaf + leaf] / step)
            }
        }
        let all = Array(lanes)
        shifts = Swift.stride(from: 0, to: all.count, by: 8).map { first in
            let step = all[first..<first + 8].lazy.compactMap { $0?.leafStep }.first ?? smallest
            return UInt8(step.exponent - smallest.exponent)
        }
    }
}
