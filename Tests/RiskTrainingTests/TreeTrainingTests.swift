import Glibc
import RiskCore
import RiskModels
import Testing

@testable import RiskTraining

@Suite struct TreeTrainingTests {
    /// Small trees that are quick without optimisation.
    static func options(_ change: (inout TreeOptions) -> Void = { _ in }) -> TrainingOptions {
        var options = TrainingOptions()
        options.kind = .trees
        options.trees.base = .none
        options.trees.treeLimit = 60
        options.trees.depth = 3
        options.trees.learningRate = 0.2
        options.trees.patience = 10
        change(&options.trees)
        return options
    }

    static func train(_ data: TrainingData, _ options: TrainingOptions = options()) throws -> LoadedModel {
        try LoadedModel(ModelTraining(options: options).train(data, name: "trees"), digest: [])
    }

    static func trees(_ model: LoadedModel) -> [SymmetricTree] {
        if case .trees(let trees) = model.document.kind { trees.trees } else { [] }
    }

    static func leafWiseTrees(_ model: LoadedModel) -> [LeafWiseTree] {
        if case .trees(let trees) = model.document.kind { trees.leafWiseTrees } else { [] }
    }

    static func margin(_ model: LoadedModel, _ values: [Double]) -> Double {
        var contributions: [Double] = []
        return model.score(values, contributions: &contributions)
    }

    static func auc(_ model: LoadedModel, _ data: TrainingData) -> Double? {
        Metrics.rocAUC(scores: (0..<data.rowCount).map { margin(model, data.vector($0)) }, labels: data.labels)
    }

    /// Labels drawn with these log-odds.
    static func draw(_ random: inout Randoms, _ margins: [Double]) -> [Bool] {
        margins.map { random.uniform() < 1 / (1 + exp(-$0)) }
    }

    @Test(arguments: TreeOptions.Shape.allCases)
    func treesLearnWhatNoLineCan(shape: TreeOptions.Shape) throws {
        var random = Randoms(seed: 1)
        let columns = (0..<3).map { _ in (0..<2000).map { _ in random.normal() } }
        let labels = Self.draw(&random, zip(columns[0], columns[1]).map { $0 * $1 > 0 ? 2 : -2 })
        let data = TrainingData(
            features: ["a", "b", "noise"].map { ModelFeature(name: $0) }, columns: columns, labels: labels)
        let model = try Self.train(data, Self.options { $0.shape = shape })
        #expect(Self.trees(model).isEmpty == (shape == .leafWise))
        #expect(Self.leafWiseTrees(model).isEmpty == (shape == .symmetric))
        #expect(try #require(Self.auc(model, data)) > 0.85)
        #expect(model.document.kind.word == "trees")
        #expect(model.document.training.options.contains("chosen_base=none"))
    }

    @Test(arguments: TreeOptions.Shape.allCases)
    func missingIsAnAnswerOfItsOwn(shape: TreeOptions.Shape) throws {
        var random = Randoms(seed: 2)
        let column = (0..<1500).map { _ in random.int(0..<3) == 0 ? .nan : random.normal() }
        let labels = Self.draw(&random, column.map { $0.isNaN ? 3 : abs($0) > 1 ? 1 : -3 })
        let model = try Self.train(
            TrainingData(features: [ModelFeature(name: "x")], columns: [column], labels: labels),
            Self.options { $0.shape = shape })
        let margins = [Double.nan, -2, 0, 2].map { Self.margin(model, [$0]) }
        #expect(margins[0] > margins[1] && margins[0] > margins[3] && margins[2] < min(margins[1], margins[3]))
    }

    @Test(arguments: TreeOptions.Shape.allCases)
    func categoriesThatBelongTogetherAreFoundAndUnseenOnesAreInBetween(shape: TreeOptions.Shape) throws {
        var random = Randoms(seed: 3)
        let words = (0..<12).map { "w\($0)" }
        let column = (0..<3000).map { _ in Double(random.int(0..<12)) }
        let labels = Self.draw(&random, column.map { Int($0) % 3 == 0 ? 2 : -2 })
        let model = try Self.train(
            TrainingData(
                features: [ModelFeature(name: "c", categories: words)], columns: [column], labels: labels),
            Self.options { $0.shape = shape })
        let margins = (0..<12).map { Self.margin(model, [Double($0)]) }
        for code in 0..<12 { #expect((margins[code] > 0) == (code % 3 == 0), "w\(code)") }
        let unseen = Self.margin(model, [12])
        #expect(unseen <= (margins.max() ?? 0) && unseen >= (margins.min() ?? 0))
    }

    @Test func growingStopsWhenTheHeldOutLossNoLongerFalls() throws {
        var random = Randoms(seed: 4)
        let columns = (0..<4).map { _ in (0..<600).map { _ in random.normal() } }
        let data = TrainingData(
            features: (0..<4).map { ModelFeature(name: "f\($0)") }, columns: columns,
            labels: Self.draw(&random, columns[0].map { 1.5 * $0 }))
        let options = Self.options {
            $0.treeLimit = 400
            $0.learningRate = 0.5
        }
        let grown = Self.trees(try Self.train(data, options)).count
        #expect((1..<100).contains(grown), "\(grown) trees")
        // The losses that were seen end with as many failures as patience allows, and the best of them is kept.
        let table = BinnedTable(data, threads: 1)
        let boosting = Boosting(data: data, table: table, options: options.trees, seed: 1, threads: 1)
        let start = Array(repeating: 0.0, count: 600)
        let result = boosting.run(
            start: start, fitted: Array(0..<500), heldOut: Array(500..<600), treeLimit: 400
        ) { _ in }
        #expect(result.curve.count == result.trees.count + 1 + options.trees.patience)
        #expect(result.curve.min() == result.curve[result.trees.count])
    }

    @Test func noiseTeachesNothing() throws {
        for seed in 0..<3 as Range<UInt64> {
            var random = Randoms(seed: seed)
            func data() -> TrainingData {
                TrainingData(
                    features: (0..<5).map { ModelFeature(name: "f\($0)") }
                        + [ModelFeature(name: "c", categories: (0..<30).map { "w\($0)" })],
                    columns: (0..<5).map { _ in (0..<1500).map { _ in random.normal() } }
                        + [(0..<1500).map { _ in Double(random.int(0..<30)) }],
                    labels: (0..<1500).map { _ in random.int(0..<5) == 0 })
            }
            let model = try Self.train(data())
            let auc = Self.auc(model, data()) ?? 0.5
            #expect(abs(auc - 0.5) < 0.06, "seed \(seed)")
            #expect(Self.trees(model).count < 20, "seed \(seed)")
        }
    }

    @Test func columnsThatSayNothingAreNeverAskedAbout() throws {
        var random = Randoms(seed: 6)
        let x = (0..<800).map { _ in random.normal() }
        let data = TrainingData(
            features: ["constant", "x", "absent"].map { ModelFeature(name: $0) },
            columns: [x.map { _ in 7 }, x, x.map { _ in .nan }], labels: Self.draw(&random, x.map { 2 * $0 }))
        let model = try Self.train(data)
        #expect(!Self.trees(model).isEmpty)
        #expect(Self.trees(model).allSatisfy { $0.splits.allSatisfy { $0.feature == 1 } })
        #expect(Self.margin(model, [1e9, 0.5, 3]) == Self.margin(model, [.nan, 0.5, .nan]))
    }

    @Test func everyRandomModelPassesTheMonotoneProof() throws {
        for seed in 0..<24 as Range<UInt64> {
            var random = Randoms(seed: seed)
            // Few features and deep trees, so that directed ones recur within a tree.
            let data = random.data(rowCount: 400, featureCount: 2 + random.int(0..<4))
            guard data.positiveCount > 0 && data.positiveCount < 400 else { continue }
            let options = Self.options {
                $0.shape = seed % 2 == 0 ? .symmetric : .leafWise
                $0.depth = 5
                $0.leaves = 24
                $0.treeLimit = 15
                $0.l1 = seed % 4 < 2 ? 0 : 0.05
                $0.pathSmoothing = seed % 8 < 4 ? 0 : 0.5
                $0.base = [.none, .linear, .auto][Int(seed) % 3]
                $0.minHessian = 0.1
                $0.l2 = 0.1
            }
            let model = try Self.train(data, options)
            // Loading proved it; what the proof says is tried out as well.
            for _ in 0..<100 {
                var row = data.vector(random.int(0..<400))
                let feature = random.int(0..<row.count)
                guard data.features[feature].direction != .free else { continue }
                let sign = data.features[feature].direction == .raises ? 1.0 : -1
                let ladder: [Double] = [.nan, 0, 0.1, 1, 5, 20, 1000]
                let margins = ladder.map { value -> Double in
                    row[feature] = value
                    return Self.margin(model, row)
                }
                for (low, high) in zip(margins, margins.dropFirst()) {
                    #expect(sign * (high - low) >= -1e-9, "seed \(seed), \(data.features[feature].name)")
                }
            }
        }
    }

    @Test(arguments: TreeOptions.Shape.allCases)
    func theThreadsDoNotShow(shape: TreeOptions.Shape) throws {
        var random = Randoms(seed: 8)
        let data = random.data(rowCount: 9000, featureCount: 5)
        let documents = try [1, 2, 3].map { threads in
            var options = Self.options {
                $0.shape = shape
                $0.treeLimit = 5
                $0.base = .auto
            }
            options.threads = threads
            return try ModelTraining(options: options).train(data, name: "same")
        }
        for document in documents.dropFirst() { #expect(document == documents[0]) }
    }

    @Test func aWeightOfTwoIsTheRowTwice() throws {
        var random = Randoms(seed: 9)
        let x = (0..<400).map { _ in Double(random.int(0..<30)) }
        let c = (0..<400).map { _ in Double(random.int(0..<5)) }
        let labels = Self.draw(&random, zip(x, c).map { $0 / 10 - 2 + ($1 == 1 ? 2 : 0) })
        let features = [ModelFeature(name: "x"), ModelFeature(name: "c", categories: ["a", "b", "c", "d"])]
        var weighted = TrainingData(features: features, columns: [x, c], labels: labels)
        weighted.weights = x.map { $0 > 15 ? 2 : 1 }
        let rows = (0..<400).flatMap { x[$0] > 15 ? [$0, $0] : [$0] }
        let doubled = TrainingData(
            features: features, columns: [rows.map { x[$0] }, rows.map { c[$0] }], labels: rows.map { labels[$0] })
        var options = Self.options {
            $0.rowSample = 1
            $0.treeLimit = 10
        }
        options.heldOutShare = 0
        let models = try [weighted, doubled].map { try Self.train($0, options) }
        #expect(Self.trees(models[0]).map(\.splits) == Self.trees(models[1]).map(\.splits))
        for (a, b) in zip(Self.trees(models[0]), Self.trees(models[1])) {
            #expect(a.covers == b.covers)
            for (x, y) in zip(a.leaves, b.leaves) { #expect(abs(x - y) < 1e-6) }
        }
    }

    @Test func weighingPositivesMoreLeavesProbabilitiesThoseOfTheData() throws {
        var random = Randoms(seed: 10)
        let x = (0..<4000).map { _ in random.normal() }
        let labels = Self.draw(&random, x.map { $0 - 3 })
        let data = TrainingData(features: [ModelFeature(name: "x")], columns: [x], labels: labels)
        for heldOutShare in [0.15, 0] {
            for base in [TreeOptions.Base.none, .linear] {
                var options = Self.options {
                    $0.positiveWeight = 10
                    $0.base = base
                    $0.treeLimit = 20
                }
                options.heldOutShare = heldOutShare
                let model = try Self.train(data, options)
                let expected = x.reduce(0) { $0 + model.probability(margin: Self.margin(model, [$1]), at: .signup) }
                #expect(abs(expected / Double(data.positiveCount) - 1) < 0.2, "\(heldOutShare) \(base)")
            }
        }
    }

    @Test func aLinearBaseIsTakenOnlyWhereItHelps() throws {
        var random = Randoms(seed: 11)
        let columns = (0..<6).map { _ in (0..<2000).map { _ in random.normal() } }
        let features = (0..<6).map { ModelFeature(name: "f\($0)") }
        let sums = (0..<2000).map { row in columns.reduce(0) { $0 + $1[row] } }
        let straight = TrainingData(features: features, columns: columns, labels: Self.draw(&random, sums))
        let options = Self.options { $0.base = .auto }
        let linear = try Self.train(straight, options)
        #expect(linear.document.training.options.contains("chosen_base=linear"))
        let metrics = linear.document.training.metrics.map(\.name)
        #expect(metrics.contains("heldout_log_loss_base_none") && metrics.contains("heldout_log_loss_base_linear"))
        let crooked = TrainingData(
            features: features, columns: columns,
            labels: Self.draw(&random, zip(columns[0], columns[1]).map { 3 * ($0 * $1 > 0 ? 1 : -1) }))
        #expect(try Self.train(crooked, options).document.training.options.contains("chosen_base=none"))
    }

    @Test(arguments: [(0.5, "linear"), (4, "none")])
    func alteredRowsSpeakAgainstALinearBaseByTheirWeight(weight: Double, base: String) throws {
        var random = Randoms(seed: 12)
        let columns = (0..<6).map { _ in (0..<2000).map { _ in random.normal() } }
        let isAltered = (0..<2000).map { $0 % 2 == 1 }
        // What came is straight in all six; what was altered asks a crooked question of one.
        let margins = (0..<2000).map { row in
            isAltered[row] ? abs(columns[0][row]) > 0.67 ? 9 : -9 : columns.reduce(0) { $0 + $1[row] }
        }
        var data = TrainingData(
            features: (0..<7).map { ModelFeature(name: "f\($0)") },
            columns: columns + [isAltered.map { $0 ? 1 : 0 }], labels: Self.draw(&random, margins))
        data.isAltered = isAltered
        data.fitWeights = isAltered.map { $0 ? weight : 1 }
        let document = try Self.train(data, Self.options { $0.base = .auto }).document
        #expect(document.training.options.contains("chosen_base=\(base)"))
        // The figures are of what came, whichever is chosen.
        let metrics = Dictionary(uniqueKeysWithValues: document.training.metrics.map { ($0.name, $0.value) })
        let (none, linear) = (metrics["heldout_log_loss_base_none"], metrics["heldout_log_loss_base_linear"])
        #expect(try #require(linear) < #require(none))
        #expect(abs(try #require(base == "none" ? none : linear) - #require(metrics["heldout_log_loss"])) < 1e-9)
    }

    @Test func oneClassAndBadOptionsAreErrors() throws {
        let data = TrainingData(
            features: [ModelFeature(name: "x")], columns: [[1, 2, 3]], labels: [true, true, true])
        #expect(trainingError { _ = try Self.train(data) }?.code == .oneClass)
        let changes: [(String, (inout TreeOptions) -> Void)] = [
            ("trees", { $0.treeLimit = 0 }), ("depth", { $0.depth = 9 }), ("learning rate", { $0.learningRate = 0 }),
            ("row sample", { $0.rowSample = 1.1 }), ("column sample", { $0.columnSample = .nan }),
            ("leaf l2", { $0.l2 = -1 }), ("min hessian", { $0.minHessian = .infinity }),
            ("leaves", { $0.leaves = 1 }), ("forests", { $0.forests = 3 }), ("leaf l1", { $0.l1 = .nan }),
            ("path smoothing", { $0.pathSmoothing = -1 }),
            ("patience", { $0.patience = 0 }), ("positive weight", { $0.positiveWeight = 0 }),
        ]
        for (name, change) in changes {
            let error = trainingError { _ = try Self.train(data, Self.options(change)) }
            #expect(error?.code == .badOption && error?.message.hasPrefix(name) == true, "\(name)")
        }
    }

    @Test func treesThatCouldNotBeProvenAreRefusedBeforeTheyAreGrown() throws {
        var data = TrainingData(
            features: [ModelFeature(name: "x", direction: .raises)], columns: [[1, 2]], labels: [true, false])
        let options = Self.options {
            $0.shape = .leafWise
            $0.leaves = 255
            $0.treeLimit = 600
        }
        #expect(trainingError { _ = try Self.train(data, options) }?.code == .badOption)
        data = TrainingData(features: [ModelFeature(name: "x")], columns: data.columns, labels: data.labels)
        #expect(trainingError { _ = try Self.train(data, options) } == nil)
    }

    @Test func oneFruitlessDrawOfColumnsIsNotTheEnd() throws {
        var random = Randoms(seed: 12)
        // One column in four says something, and trees may ask about one.
        let x = (0..<600).map { _ in random.normal() }
        var columns = (0..<3).map { _ in (0..<600).map { Double($0 % 2) } }
        columns.append(x)
        let data = TrainingData(
            features: (0..<4).map { ModelFeature(name: "f\($0)") }, columns: columns,
            labels: x.map { $0 > 0 })
        var options = Self.options {
            $0.columnSample = 0.25
            $0.rowSample = 1
            $0.treeLimit = 12
            $0.minHessian = 5
            $0.l1 = 30
        }
        options.heldOutShare = 0
        for seed in 0..<5 as Range<UInt64> {
            options.seed = seed
            let trees = Self.trees(try Self.train(data, options))
            #expect(!trees.isEmpty && trees.allSatisfy { $0.splits.allSatisfy { $0.feature == 3 } }, "seed \(seed)")
        }
    }

    @Test func aTinyTableIsItsBaseAlone() throws {
        let data = TrainingData(
            features: [ModelFeature(name: "x")], columns: [[1, 2, 3, 4]], labels: [false, true, true, false])
        let model = try Self.train(data)
        #expect(model.document.kind.word == "logistic" && model.document.calibrations.isEmpty)
        #expect(abs(Self.margin(model, [2])) < 1e-12)
    }
}
