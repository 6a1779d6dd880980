import RiskCore
import RiskModels
import Testing

@testable import RiskTraining

/// Both shapes of trees against growing them by trying everything.
@Suite struct TreeGrowerTests {
    private static func options(_ shape: TreeOptions.Shape, _ random: inout Randoms) -> TreeOptions {
        var options = TreeOptions()
        options.shape = shape
        options.depth = 1 + random.int(0..<3)
        options.leaves = 2 + random.int(0..<6)
        options.learningRate = 1
        options.l2 = [0, 0.5, 3][random.int(0..<3)]
        options.l1 = [0, 0, 0.3][random.int(0..<3)]
        options.pathSmoothing = [0, 0, 2][random.int(0..<3)]
        options.minHessian = [0, 0.5, 2][random.int(0..<3)]
        return options
    }

    /// The data without labels' and directions' part in it: undirected where the symmetric tree's order would show.
    private static func table(_ random: inout Randoms, rowCount: Int, isDirected: Bool) -> BinnedTable {
        let data = random.data(rowCount: rowCount, featureCount: 1 + random.int(0..<4))
        let columns = data.columns.map { $0.map { ($0 * 2).rounded() } }
        let features = data.features.map { feature in
            ModelFeature(
                name: feature.name, direction: isDirected ? feature.direction : .free,
                categories: feature.categories)
        }
        return BinnedTable(TrainingData(features: features, columns: columns, labels: data.labels), threads: 1)
    }

    @Test(arguments: TreeOptions.Shape.allCases)
    func treesAreThoseOfTryingEverything(shape: TreeOptions.Shape) {
        for seed in 0..<120 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let rowCount = 30 + random.int(0..<90)
            let options = Self.options(shape, &random)
            let table = Self.table(&random, rowCount: rowCount, isDirected: shape == .leafWise)
            let scale = GradientScale(largestWeight: 1)
            let pairs = (0..<rowCount).map { _ in
                scale.pair(slope: 2 * random.uniform() - 1, curvature: random.uniform() / 4)
            }
            let grower = TreeGrower(
                table, options: options, scale: scale, rowLimit: rowCount, team: WorkerTeam(threads: 1))
            grower.partition.start((0..<rowCount).map { Int32($0) }[...])
            _ = grower.partition.pairs(0).update(fromContentsOf: pairs)
            let tree = pairs.withUnsafeBufferPointer {
                grower.grow(pairs: $0, columns: Array(table.columns.indices))
            }
            let naive = NaiveTrees(table: table, gradients: pairs.map { scale.numbers($0.sum) }, options: options)
            var expected = Array(repeating: 0.0, count: rowCount)
            let leaves = shape == .leafWise ? naive.leafWise() : naive.symmetric()
            for leaf in leaves { for row in leaf.rows { expected[row] = leaf.value } }
            guard let tree else {
                #expect(leaves.count == 1, "seed \(seed)")
                continue
            }
            #expect(tree.values.count == leaves.count, "seed \(seed)")
            for (leaf, range) in grower.partition.ranges.enumerated() {
                #expect(range.count == grower.partition.rows(leaf).count)
                for row in grower.partition.rows(leaf) {
                    #expect(abs(tree.values[leaf] - expected[Int(row)]) < 1e-6, "seed \(seed), row \(row)")
                }
            }
        }
    }

    @Test func theThreadsAndTheChunksDoNotShow() {
        for shape in TreeOptions.Shape.allCases {
            var random = Randoms(seed: 77)
            let rowCount = 20_000
            var options = Self.options(shape, &random)
            options.leaves = 20
            options.depth = 5
            let data = TrainingData(
                features: (0..<11).map { ModelFeature(name: "f\($0)") },
                columns: (0..<11).map { _ in (0..<rowCount).map { _ in (30 * random.uniform()).rounded() } },
                labels: Array(repeating: true, count: rowCount))
            let table = BinnedTable(data, threads: 2)
            let scale = GradientScale(largestWeight: 1)
            let pairs = (0..<rowCount).map { _ in
                scale.pair(slope: 2 * random.uniform() - 1, curvature: random.uniform() / 4)
            }
            let rows = (0..<rowCount).filter { _ in random.int(0..<9) > 0 }.map { Int32($0) }
            let trees = [1, 2, 3].map { threads -> GrownTree? in
                let grower = TreeGrower(
                    table, options: options, scale: scale, rowLimit: rowCount, team: WorkerTeam(threads: threads))
                grower.partition.start(rows[...])
                _ = grower.partition.pairs(0).update(fromContentsOf: rows.map { pairs[Int($0)] })
                return pairs.withUnsafeBufferPointer { grower.grow(pairs: $0, columns: [0, 1, 2, 5, 6, 8, 9, 10]) }
            }
            #expect(trees[0] != nil && trees[1] == trees[0] && trees[2] == trees[0], "\(shape)")
        }
    }

    @Test func chunksHoldEveryColumnOnceInOrder() {
        for seed in 0..<30 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let columns = (0..<60).filter { _ in random.int(0..<3) > 0 }
            for threads in 1...3 {
                let chunks = ColumnChunk.chunks(of: columns, threads: threads)
                #expect(chunks.flatMap(\.columns) == columns, "seed \(seed)")
                for chunk in chunks {
                    #expect(zip(chunk.columns, chunk.slots).allSatisfy { $0 == 8 * chunk.group + Int($1) })
                }
            }
        }
    }
}
