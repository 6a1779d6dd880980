import Glibc
import RiskCore
import RiskLinearAlgebra
import RiskModels
import Testing

@testable import RiskTraining

/// Logistic regression with L1 beside L2, and bounds.
@Suite struct ElasticNetTests {
    private static func trainable(_ seed: UInt64, rows: Range<Int> = 50..<400, features: Int = 8) -> TrainingData? {
        var random = Randoms(seed: seed)
        let data = random.data(
            rowCount: rows.lowerBound + random.int(0..<rows.count), featureCount: 1 + random.int(0..<features))
        return data.positiveCount > 0 && data.positiveCount < data.rowCount ? data : nil
    }

    @Test func noSlopeIsLeftAtTheOptimum() throws {
        var zeros = 0
        var weights = 0
        for seed in 0..<80 as Range<UInt64> {
            guard let data = Self.trainable(seed) else { continue }
            var random = Randoms(seed: seed &+ 1000)
            let (l1, l2) = (pow(10, 2 * random.uniform() - 0.5), [0, 1e-3, 1, 10][random.int(0..<4)])
            let problem = try LogisticProblem(data, rows: Array(0..<data.rowCount), threads: 1)
            let point = try problem.fit(l1: l1, l2: l2).point
            let gradient = LogisticTests.objective(data, l2: l2).evaluate(point).gradient
            for (column, sign) in problem.plan.signs.enumerated() {
                let place = Comment("seed \(seed), column \(column), l1 \(l1), l2 \(l2)")
                #expect(Double(sign) * point[column] >= 0, place)
                // The conditions of Karush, Kuhn and Tucker, to 1e-8 of a row.
                let tolerance = 1e-8 * Double(data.rowCount)
                if column == 0 {
                    #expect(abs(gradient[0]) < tolerance, place)
                } else if point[column] != 0 {
                    #expect(abs(gradient[column] + (point[column] > 0 ? l1 : -l1)) < tolerance, place)
                } else {
                    // A bound takes over where the slope is on its side.
                    if sign <= 0 { #expect(gradient[column] < l1 + tolerance, place) }
                    if sign >= 0 { #expect(gradient[column] > -l1 - tolerance, place) }
                }
            }
            zeros += point.dropFirst().count { $0 == 0 }
            weights += point.count - 1
        }
        #expect(zeros * 5 > weights && zeros * 10 < weights * 9, "\(zeros) of \(weights) weights are 0")
    }

    /// Proximal gradient descent: a step of 1 ÷ L, each weight drawn towards 0 by l1 ÷ L, then cut off at its bound.
    private static func slowFit(_ data: TrainingData, l1: Double, l2: Double) -> [Double] {
        let objective = LogisticTests.objective(data, l2: l2)
        let signs = objective.design.plan.signs
        let matrix = LogisticTests.design(objective)
        let bound = l2 + 0.25 * matrix.elements.reduce(0) { $0 + $1 * $1 }
        var point = Array(repeating: 0.0, count: signs.count)
        for _ in 0..<6_000 {
            var gradient = point.enumerated().map { $0.offset == 0 ? 0 : l2 * $0.element }
            for row in 0..<data.rowCount {
                let margin = signs.indices.reduce(0.0) { $0 + matrix[row, $1] * point[$1] }
                let error = 1 / (1 + exp(-margin)) - (data.labels[row] ? 1 : 0)
                for column in signs.indices { gradient[column] += error * matrix[row, column] }
            }
            for column in signs.indices {
                let moved = point[column] - gradient[column] / bound
                let drawn = column == 0 ? moved : (moved < 0 ? -1 : 1) * max(0, abs(moved) - l1 / bound)
                point[column] = signs[column] != 0 && Double(signs[column]) * drawn < 0 ? 0 : drawn
            }
        }
        return point
    }

    @Test func agreesWithProximalGradientDescent() throws {
        for seed in 200..<206 as Range<UInt64> {
            guard let data = Self.trainable(seed, rows: 60..<61, features: 3) else { continue }
            let problem = try LogisticProblem(data, rows: Array(0..<data.rowCount), threads: 1)
            let fitted = try problem.fit(l1: 2, l2: 0.5).point
            let slow = Self.slowFit(data, l1: 2, l2: 0.5)
            for column in fitted.indices {
                #expect(abs(fitted[column] - slow[column]) < 2e-3, "seed \(seed), column \(column)")
            }
        }
    }

    @Test func collinearColumnsStillMeetTheConditions() throws {
        var random = Randoms(seed: 77)
        let base = (0..<600).map { _ in random.normal() }
        let columns = (0..<12).map { number in
            base.map { $0 + (number % 3 == 0 ? 0 : 1e-4) * random.normal() } as [Double]
        }
        let labels = base.map { random.uniform() < 1 / (1 + exp(-1.5 * $0)) }
        var data = TrainingData(
            features: (0..<12).map { ModelFeature(name: "f\($0)", direction: $0 % 2 == 0 ? .free : .raises) },
            columns: columns, labels: labels)
        data.transforms = Array(repeating: [.identity], count: 12)
        for (l1, l2) in [(1.0, 0.0), (0.1, 1e-6), (0, 1e-3), (5, 0.1)] {
            let problem = try LogisticProblem(data, rows: Array(0..<600), threads: 1)
            let result = try problem.fit(l1: l1, l2: l2)
            #expect(result.slope <= 1e-8 * 600, "l1 \(l1), l2 \(l2)")
            #expect(result.stepCount < 30, "l1 \(l1), l2 \(l2): \(result.stepCount) steps")
        }
    }

    @Test func enoughL1LeavesTheLogOddsAndNoTerm() throws {
        let data = try #require(Self.trainable(5))
        let learner = LogisticLearner(options: TrainingOptions(l1: 1e5))
        let model = try learner.fit(data, rows: Array(0..<data.rowCount))
        let odds = Double(data.positiveCount) / Double(data.rowCount - data.positiveCount)
        #expect(model.terms.isEmpty && abs(model.intercept - log(odds)) < 1e-9)
    }

    @Test func weightsFallToZeroAlongThePathAndWarmStartsEndWhereColdOnesDo() throws {
        let data = try #require(Self.trainable(9, rows: 300..<301))
        let problem = try LogisticProblem(data, rows: Array(0..<data.rowCount), threads: 1)
        var previous: [Double]?
        var counts: [Int] = []
        for l1 in [200.0, 50, 20, 5, 1, 0] {
            let warm = try problem.fit(l1: l1, l2: 1, from: previous).point
            let cold = try problem.fit(l1: l1, l2: 1).point
            #expect(zip(warm, cold).allSatisfy { abs($0 - $1) < 1e-6 }, "l1 \(l1)")
            counts.append(warm.dropFirst().count { $0 != 0 })
            previous = warm
        }
        #expect(counts.first == 0 && (counts.last ?? 0) > 3, "\(counts)")
    }

    @Test func theStatementNamesBothPenalties() throws {
        let data = try #require(Self.trainable(5))
        let document = try ModelTraining(options: TrainingOptions(l1: 3, l2: 0.25)).train(data, name: "net")
        #expect(document.training.options.contains("l1=3.0") && document.training.options.contains("l2=0.25"))
        #expect(throws: Never.self) { try LoadedModel(document, digest: []) }
    }
}
