/// The exact path-dependent Shapley values of leaf-wise trees, by quadrature in Float64. `Models/REASONS.md` derives
/// it.
///
/// Of a leaf with value v, feature i gets v × ∫ (o_i − z_i) Π_{j ≠ i} (z_j (1 − y) + o_j y) dy over 0 ... 1, where j
/// runs over the features on the leaf's path, z_j is the share of the covers that the path keeps at j's splits and o_j
/// is 1 if the row takes them and else 0. The integrand is a polynomial, so a fitting rule integrates it exactly.
struct LeafWiseReasons: Sendable {
    private let places: [LeafWiseLayout.Place]
    private let rules: [Quadrature]
    /// The features of each tree, ascending.
    private let features: [[Int]]
    private let categoryCounts: [Int]

    init(_ layout: LeafWiseLayout, features: [ModelFeature]) {
        places = layout.places
        rules = layout.places.map { Quadrature(featureCount: $0.tree.pathFeatureCount) }
        self.features = layout.places.map { Set($0.tree.nodes.map(\.split.feature)).sorted() }
        categoryCounts = features.map { $0.categories?.count ?? 0 }
    }

    /// Adds each feature's part in the leaves that a row falls into. O(nodes × points); for `explain`, not for serving.
    func add(_ row: UnsafeBufferPointer<Double>, to attributions: UnsafeMutableBufferPointer<Double>) {
        var walk = Walk(featureCount: attributions.count)
        for index in places.indices {
            let place = places[index]
            walk.goesRight.removeAll(keepingCapacity: true)
            for node in place.tree.nodes {
                walk.goesRight.append(node.split.goesRight(row, categoryCounts: categoryCounts))
            }
            for part in rules[index].parts {
                for feature in features[index] { walk.attributions[feature] = 0 }
                _ = walk.visit(0, part.weights, place, part)
                for feature in features[index] { attributions[feature] += walk.attributions[feature] }
            }
        }
    }

    /// One row's way through one tree, with eight points of the rule side by side.
    private struct Walk {
        /// What the path so far says of a feature.
        struct State {
            var share = 1.0
            var isTaken = true

            /// z (1 − y) + o y.
            func factor(_ points: SIMD8<Double>) -> SIMD8<Double> { share * (1 - points) + (isTaken ? points : .zero) }

            /// (o − z) ÷ factor; 0 where neither training rows nor this row come, for there the product is 0 too.
            func slope(_ points: SIMD8<Double>) -> SIMD8<Double> {
                share == 0 && !isTaken ? .zero : ((isTaken ? 1 : 0) - share) / factor(points)
            }
        }

        /// Of every node of the tree at hand.
        var goesRight: [Bool] = []
        /// Of every feature; where it was not asked about, as a new one.
        var states: [State]
        var attributions: [Double]

        init(featureCount: Int) {
            states = Array(repeating: State(), count: featureCount)
            attributions = Array(repeating: 0, count: featureCount)
        }

        /// The sum over the leaves below a node of value × product, from the product of all factors above it.
        mutating func visit(
            _ index: Int, _ product: SIMD8<Double>, _ place: LeafWiseLayout.Place, _ part: Quadrature.Part
        ) -> SIMD8<Double> {
            let node = place.tree.nodes[index]
            let feature = node.split.feature
            let old = states[feature]
            var sum = SIMD8<Double>.zero
            for side in 0..<2 {
                let isRight = side == 1
                let right = place.rightShares[index]
                let new = State(
                    share: old.share * (isRight ? right : 1 - right),
                    isTaken: old.isTaken && goesRight[index] == isRight)
                // A product that is 0 stays so; its factor may not divide.
                let isDead = old.share == 0 && !old.isTaken
                let next = isDead ? .zero : product * (new.factor(part.points) / old.factor(part.points))
                let below: SIMD8<Double>
                switch isRight ? node.right : node.left {
                case .leaf(let leaf): below = next * place.tree.leaves[leaf]
                case .node(let child):
                    states[feature] = new
                    below = visit(child, next, place, part)
                }
                sum += below
                attributions[feature] += (below * (new.slope(part.points) - old.slope(part.points))).sum()
            }
            states[feature] = old
            return sum
        }
    }
}

extension LeafWiseTree {
    /// The largest number of distinct features on a path from the root to a leaf.
    var pathFeatureCount: Int {
        let parents = parents
        var features = Array(repeating: Set<Int>(), count: nodes.count)
        for (index, node) in nodes.enumerated() {
            features[index] = parents[index].map { features[$0.node] } ?? []
            features[index].insert(node.split.feature)
        }
        return features.map(\.count).max() ?? 0
    }
}

extension TreeSplit {
    /// Where a row goes.
    func goesRight(_ row: UnsafeBufferPointer<Double>, categoryCounts: [Int]) -> Bool {
        let value = row[feature]
        if value.isNaN { return missingGoesRight }
        switch condition {
        case .atLeast(let threshold): return value >= threshold
        case .among(let codes):
            let code = categoryCode(value, count: categoryCounts[feature])
            // Codes ascend.
            var range = 0..<codes.count
            while range.count > 1 {
                let middle = range.lowerBound + range.count / 2
                range = codes[middle] <= code ? middle..<range.upperBound : range.lowerBound..<middle
            }
            return !range.isEmpty && codes[range.lowerBound] == code
        }
    }
}

extension SIMD8<Double> {
    /// The sum of all lanes, always in this order.
    fileprivate func sum() -> Double {
        let four = lowHalf + highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }
}
