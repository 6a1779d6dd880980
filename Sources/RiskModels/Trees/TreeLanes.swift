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
/// With short leaves, trees whose leaves have one step follow each other, and lanes stay empty so that each such run is
/// a multiple of eight lanes and only the last block is not full: leaves are then added up in one go.
struct TreeLanes {
    private(set) var blocks: [[TreeLane?]] = []

    private static let laneCount = Int(TK_LANES)
    private static let runUnit = 8
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
            let lanes = layout.shortLeafSteps == nil ? trees : Self.inRuns(trees)
            for first in stride(from: 0, to: lanes.count, by: Self.laneCount) {
                blocks.append(Array(lanes[first..<min(lanes.count, first + Self.laneCount)]))
            }
        }
    }

    private mutating func fillUp(_ block: Int, to count: Int) {
        guard block >= 0 else { return }
        blocks[block] += Array(repeating: nil, count: count - blocks[block].count)
    }

    /// Trees of one step side by side, in the order of the steps.
    private static func inRuns(_ trees: [TreeLane]) -> [TreeLane?] {
        let ofStep = Dictionary(grouping: trees) { $0.leafStep ?? 0 }
        var lanes: [TreeLane?] = []
        for (_, run) in ofStep.sorted(by: { $0.key < $1.key }) {
            for first in stride(from: 0, to: run.count, by: spreadCount) {
                lanes += spread(Array(run[first..<min(run.count, first + spreadCount)]), from: lanes.count)
            }
            while !lanes.count.isMultiple(of: runUnit) { lanes.append(nil) }
        }
        return lanes
    }

    /// Puts each tree where the sixteen trees that are picked from at once ask least about its features, so that
    /// features need few lanes of picks. O(trees × groups × features of a tree).
    private static func spread(_ trees: [TreeLane], from firstLane: Int) -> [TreeLane] {
        let pair = Int(TK_PAIR_TREES)
        let end = firstLane + trees.count
        let firstGroup = firstLane / pair
        var groups: [(trees: [TreeLane], room: Int, counts: [Int: Int])] = (firstGroup...(end - 1) / pair).map {
            ([], min(end, ($0 + 1) * pair) - max(firstLane, $0 * pair), [:])
        }
        for tree in trees {
            func asked(_ group: Int) -> Int {
                tree.players.reduce(0) { $0 + (groups[group].counts[$1.feature] ?? 0) }
            }
            let open = groups.indices.filter { groups[$0].trees.count < groups[$0].room }
            guard let best = open.min(by: { (asked($0), $0) < (asked($1), $1) }) else {
                preconditionFailure("\(trees.count) trees do not fit \(groups.count) groups")
            }
            groups[best].trees.append(tree)
            for player in tree.players { groups[best].counts[player.feature, default: 0] += 1 }
        }
        return groups.flatMap(\.trees)
    }
}

/// The leaves of a batch in eight bits, for all lanes with the room that the deepest trees need.
struct ShortLeafTable {
    private(set) var leaves: [Int8]
    private(set) var runs: [tk_leaf_run] = []
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
        var shift: UInt32 = 0
        for (index, tree) in lanes.enumerated() {
            // Steps change with the first of eight lanes only; where all are empty it does not matter.
            if let step = tree?.leafStep { shift = UInt32(step.exponent - smallest.exponent) }
            if index.isMultiple(of: 8), runs.isEmpty || runs[runs.count - 1].shift != shift {
                runs.append(tk_leaf_run(tree_count: 0, shift: shift))
            }
            runs[runs.count - 1].tree_count += 1
        }
    }
}
