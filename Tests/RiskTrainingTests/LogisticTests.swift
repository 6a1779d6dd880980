import Glibc
import RiskCore
import RiskLinearAlgebra
import RiskModels
import Testing

@testable import RiskTraining

@Suite struct LogisticTests {
    static func objective(_ data: TrainingData, l2: Double = 1) -> LogisticObjective {
        let rows = Array(0..<data.rowCount)
        return LogisticObjective(
            design: Design(TermPlan(data, rows: rows), data, rows: rows, threads: 1), labels: data.labels,
            weights: data.weights, l2: l2, threads: 1)
    }

    /// The first block of the design.
    static func design(_ objective: LogisticObjective) -> Matrix {
        var matrix = Matrix(rowCount: 0, columnCount: 0)
        objective.design.fill(&matrix, block: 0)
        return matrix
    }

    /// The weights of a model in the order of the design's columns.
    static func point(_ model: LogisticModel) -> [Double] {
        [model.intercept]
            + model.terms.flatMap { term -> [Double] in
                switch term.shape {
                case .numeric(_, _, _, let weight), .missing(let weight): [weight]
                case .category(let weights): weights
                }
            }
    }

    @Test func recoversAPlantedModel() throws {
        var random = Randoms(seed: 11)
        let x = (0..<40_000).map { _ in random.normal() }
        let z = (0..<40_000).map { _ in Double(random.int(0..<2)) }
        let labels = zip(x, z).map { random.uniform() < 1 / (1 + exp(-(-1 + 0.8 * $0 - 1.5 * $1))) }
        var data = TrainingData(
            features: [ModelFeature(name: "x"), ModelFeature(name: "z")], columns: [x, z], labels: labels)
        data.transforms = [[.identity], [.identity]]
        let model = try LogisticLearner(options: TrainingOptions()).fit(data, rows: Array(0..<40_000))
        let document = ModelDocument(name: "planted", features: data.features, kind: .logistic(model))
        let loaded = try LoadedModel(document, digest: [])
        var contributions: [Double] = []
        let atZero = loaded.score([0, 0], contributions: &contributions)
        #expect(abs(atZero + 1) < 0.05)
        #expect(abs(loaded.score([1, 0], contributions: &contributions) - atZero - 0.8) < 0.05)
        #expect(abs(loaded.score([0, 1], contributions: &contributions) - atZero + 1.5) < 0.08)
    }

    @Test func boundsHoldAtTheOptimumAndTheProofPasses() throws {
        for seed in 0..<60 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let data = random.data(rowCount: 50 + random.int(0..<400), featureCount: 1 + random.int(0..<8))
            guard data.positiveCount > 0, data.positiveCount < data.rowCount else { continue }
            let model = try LogisticLearner(options: TrainingOptions()).fit(data, rows: Array(0..<data.rowCount))
            let document = ModelDocument(name: "random", features: data.features, kind: .logistic(model))
            #expect(throws: Never.self, "seed \(seed)") { try LoadedModel(document, digest: []) }

            // No feasible direction goes down: the conditions of Karush, Kuhn and Tucker.
            let objective = Self.objective(data)
            let point = Self.point(model)
            let gradient = objective.evaluate(point).gradient
            for (index, sign) in objective.design.plan.signs.enumerated() {
                #expect(Double(sign) * point[index] >= 0, "seed \(seed), column \(index)")
                if sign != 0 && point[index] == 0 {
                    #expect(Double(sign) * gradient[index] > -1e-6, "seed \(seed), column \(index)")
                } else {
                    #expect(abs(gradient[index]) < 1e-6, "seed \(seed), column \(index)")
                }
            }
        }
    }

    @Test func agreesWithProjectedGradientDescent() throws {
        for seed in 100..<104 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let data = random.data(rowCount: 120, featureCount: 3)
            guard data.positiveCount > 0, data.positiveCount < data.rowCount else { continue }
            let rows = Array(0..<data.rowCount)
            let objective = Self.objective(data)
            let signs = objective.design.plan.signs
            let matrix = Self.design(objective)
            var point = Array(repeating: 0.0, count: signs.count)
            // Step 1 / L with L at least the largest curvature.
            let bound = 1 + 0.25 * matrix.elements.reduce(0) { $0 + $1 * $1 }
            for _ in 0..<3_000 {
                var gradient = point.enumerated().map { $0.offset == 0 ? 0 : $0.element }
                for row in rows {
                    let margin = signs.indices.reduce(0.0) { $0 + matrix[row, $1] * point[$1] }
                    let error = 1 / (1 + exp(-margin)) - (data.labels[row] ? 1 : 0)
                    for column in signs.indices { gradient[column] += error * matrix[row, column] }
                }
                for column in signs.indices {
                    let moved = point[column] - gradient[column] / bound
                    point[column] = signs[column] != 0 && Double(signs[column]) * moved < 0 ? 0 : moved
                }
            }
            let fitted = Self.point(try LogisticLearner(options: TrainingOptions()).fit(data, rows: rows))
            for column in signs.indices {
                #expect(abs(fitted[column] - point[column]) < 1e-3, "seed \(seed), column \(column)")
            }
        }
    }

    @Test func gradientAndHessianAreTheDerivativesOfTheValue() {
        var random = Randoms(seed: 3)
        var data = random.data(rowCount: 300, featureCount: 4)
        data.weights = (0..<300).map { _ in random.uniform() * 3 }
        let objective = Self.objective(data, l2: 0.7)
        let count = objective.design.plan.columnCount
        let point = (0..<count).map { _ in random.normal() / 2 }
        let here = objective.evaluate(point)
        for i in 0..<count {
            let step = 1e-5
            let up = objective.evaluate(point.enumerated().map { $0.element + ($0.offset == i ? step : 0) })
            let down = objective.evaluate(point.enumerated().map { $0.element - ($0.offset == i ? step : 0) })
            #expect(abs((up.value - down.value) / (2 * step) - here.gradient[i]) < 1e-4 * (1 + abs(here.gradient[i])))
            for j in 0..<count {
                let expected = (up.gradient[j] - down.gradient[j]) / (2 * step)
                #expect(abs(here.hessian[min(i, j), max(i, j)] - expected) < 1e-4 * (1 + abs(expected)))
            }
        }
    }

    @Test func theDesignSaysWhatTheScorerSays() throws {
        for seed in 0..<20 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let data = random.data(rowCount: 100, featureCount: 5)
            guard data.positiveCount > 0, data.positiveCount < data.rowCount else { continue }
            let rows = Array(0..<100)
            let model = try LogisticLearner(options: TrainingOptions()).fit(data, rows: rows)
            let document = ModelDocument(name: "random", features: data.features, kind: .logistic(model))
            let loaded = try LoadedModel(document, digest: [])
            let matrix = Self.design(Self.objective(data))
            let point = Self.point(model)
            var contributions: [Double] = []
            for row in rows {
                let margin = loaded.score(data.vector(row), contributions: &contributions)
                let parts = point.indices.map { matrix[row, $0] * point[$0] }
                // The design is kept in Float32.
                let tolerance = 1e-9 + 0x1p-23 * parts.reduce(0) { $0 + abs($1) }
                #expect(abs(margin - parts.reduce(0, +)) < tolerance, "seed \(seed), row \(row)")
            }
        }
    }

    @Test func designsThatAreNotKeptGiveTheSameBits() {
        var random = Randoms(seed: 8)
        let data = random.data(rowCount: 5000, featureCount: 6)
        let rows = Array(0..<5000)
        let plan = TermPlan(data, rows: rows)
        let point = (0..<plan.columnCount).map { _ in random.normal() }
        let designs = [1 << 30, 0].map { Design(plan, data, rows: rows, threads: 2, keptByteLimit: $0) }
        let values = designs.map {
            LogisticObjective(design: $0, labels: data.labels, weights: nil, l2: 1, threads: 1).evaluate(point)
        }
        #expect(values[0].value == values[1].value && values[0].gradient == values[1].gradient)
        #expect(values[0].hessian == values[1].hessian)
    }

    @Test func columnsThatFloat32WouldSpoilAreKeptInFloat64() throws {
        var random = Randoms(seed: 31)
        // Directed, so not centred: what differs is a millionth of the number itself.
        let x = (0..<3000).map { _ in 1e6 + random.normal() }
        let labels = x.map { random.uniform() < 1 / (1 + exp(-2 * ($0 - 1e6))) }
        var data = TrainingData(
            features: [ModelFeature(name: "x", direction: .raises)], columns: [x], labels: labels)
        data.transforms = [[.identity]]
        #expect(!TermPlan(data, rows: Array(0..<3000)).fitsFloat32)
        let model = try LogisticLearner(options: TrainingOptions(l2: 1e-6)).fit(data, rows: Array(0..<3000))
        let document = ModelDocument(name: "narrow", features: data.features, kind: .logistic(model))
        let loaded = try LoadedModel(document, digest: [])
        #expect(abs(loaded.margin([1e6 + 1]) - loaded.margin([1e6]) - 2) < 0.2)
        #expect(TermPlan(random.data(rowCount: 500, featureCount: 6), rows: Array(0..<500)).fitsFloat32)
    }

    @Test func manyRowsGiveTheSameBitsForAnyNumberOfThreads() throws {
        var random = Randoms(seed: 41)
        let count = 40_000
        let columns = (0..<2).map { _ in (0..<count).map { _ in random.normal() } }
        let labels = columns[0].map { random.uniform() < 1 / (1 + exp(-$0)) }
        var data = TrainingData(
            features: ["a", "b"].map { ModelFeature(name: $0) }, columns: columns, labels: labels)
        data.transforms = [[.identity], [.identity]]
        let points = try [1, 2, 3].map { threads in
            try LogisticProblem(data, rows: Array(0..<count), threads: threads).fit(l1: 20, l2: 1).point
        }
        #expect(points[1] == points[0] && points[2] == points[0])
        // So many rows start from what a part of them asks for; the end is the same from anywhere.
        let problem = try LogisticProblem(data, rows: Array(0..<count), threads: 1)
        let fromZero = try problem.fit(l1: 20, l2: 1, from: [0, 0, 0]).point
        #expect(zip(fromZero, points[0]).allSatisfy { abs($0 - $1) < 1e-8 })
    }

    @Test func weightTwoIsTheRowTwice() throws {
        var random = Randoms(seed: 21)
        let data = random.data(rowCount: 400, featureCount: 4)
        let weights = (0..<400).map { _ in Double(random.int(0..<3)) }
        var weighted = data
        weighted.weights = weights
        let repeated = (0..<400).flatMap { row in repeatElement(row, count: Int(weights[row])) }
        let learner = LogisticLearner(options: TrainingOptions())
        let left = Self.point(try learner.fit(weighted, rows: (0..<400).filter { weights[$0] > 0 }))
        let right = Self.point(try learner.fit(data, rows: repeated))
        #expect(zip(left, right).allSatisfy { abs($0 - $1) < 1e-7 })
    }

    @Test func constantColumnsAndRepeatedMissingPatternsGetNoTerm() {
        let gap = [1, Double.nan, 3, 4]
        let data = TrainingData(
            features: (0..<5).map { ModelFeature(name: "f\($0)") },
            columns: [[7, 7, 7, 7], gap, gap.map { $0 * 2 }, [.nan, .nan, .nan, .nan], [0, 1, 1, 0]],
            labels: [true, false, true, false])
        let terms = TermPlan(data, rows: [0, 1, 2, 3]).terms
        let missing = terms.filter { if case .missing = $0.kind { true } else { false } }
        #expect(missing.map(\.feature) == [1])
        #expect(terms.count { $0.feature == 0 || $0.feature == 3 } == 0)
        #expect(terms.count { $0.feature == 4 } == 1, "two values need one transformation")
    }

    @Test func separableAndExtremeDataStillConverge() throws {
        for l2 in [0, 1e-6, 1, 1e6] {
            let x = (0..<100).map { Double($0) * ($0 == 99 ? 1e300 : 1) }
            let data = TrainingData(
                features: [
                    ModelFeature(name: "x", direction: .raises), ModelFeature(name: "same", direction: .lowers),
                ],
                columns: [x, x], labels: (0..<100).map { $0 >= 50 })
            let document = try ModelTraining(options: TrainingOptions(l2: l2)).train(data, name: "extreme")
            #expect(throws: Never.self, "l2 \(l2)") { try LoadedModel(document, digest: []) }
        }
    }

    @Test func aTableTooWideIsAnErrorThatSaysSo() {
        let words = (0..<4000).map { "w\($0)" }
        let data = TrainingData(
            features: (0..<3).map { ModelFeature(name: "f\($0)", categories: words) },
            columns: Array(repeating: [0, 1], count: 3), labels: [true, false])
        let error = trainingError { _ = try ModelTraining(options: TrainingOptions()).train(data, name: "wide") }
        #expect(error?.code == .tooLarge && error?.message.contains("found 12004") == true)
    }

    @Test(arguments: [
        TrainingOptions(l2: -1), TrainingOptions(l2: .nan), TrainingOptions(l1: -1), TrainingOptions(threads: 0),
        TrainingOptions(heldOutShare: 1), TrainingOptions(heldOutShare: -0.1),
    ])
    func impossibleOptionsAreErrors(options: TrainingOptions) {
        var random = Randoms(seed: 1)
        let data = random.data(rowCount: 100, featureCount: 2)
        #expect(trainingError { _ = try ModelTraining(options: options).train(data, name: "x") }?.code == .badOption)
    }
}
