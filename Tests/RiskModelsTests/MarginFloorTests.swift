import RiskCore
import RiskModels
import RiskWire
import TestSupport
import Testing

/// Trees with a floor below which no margin is.
@Suite struct MarginFloorTests {
    private struct Kinds {
        var document: ModelDocument
        var line: LoadedModel
        var free: LoadedModel
        var floored: LoadedModel
    }

    /// A model without a floor, a floor, and both together; of all shapes of trees.
    private func kinds(_ seed: UInt64, _ random: inout RandomTrees) throws -> Kinds {
        let document =
            switch seed % 3 {
            case 0: random.document()
            case 1: random.leafWiseDocument(isMixed: false)
            default: random.leafWiseDocument(isMixed: true)
            }
        let floor = random.line(document.features)
        var line = document
        line.kind = .logistic(floor)
        return Kinds(
            document: document.withFloor(floor), line: try LoadedModel(line, digest: []),
            free: try LoadedModel(document, digest: []),
            floored: try LoadedModel(document.withFloor(floor), digest: []))
    }

    @Test func theMarginIsTheHigherOfTheTwo() throws {
        var (byTrees, byFloor) = (0, 0)
        for seed in 0..<60 as Range<UInt64> {
            var random = RandomTrees(seed: 9_000_000 + seed)
            let kinds = try kinds(seed, &random)
            let rows = (0..<10).map { _ in random.row(kinds.document.features) }
            var margins: [Double] = []
            kinds.floored.margins(of: rows.flatMap { $0 }, into: &margins)
            for (row, batched) in zip(rows, margins) {
                let (floor, free) = (kinds.line.margin(row), kinds.free.margin(row))
                let margin = kinds.floored.margin(row)
                #expect(margin.bitPattern == max(floor, free).bitPattern, "seed \(seed), row \(row)")
                #expect(margin.bitPattern == batched.bitPattern, "seed \(seed), row \(row)")
                if free > floor { byTrees += 1 } else { byFloor += 1 }
            }
        }
        #expect(byTrees > 100 && byFloor > 100, "\(byTrees), \(byFloor)")
    }

    /// Reasons add up, each between what the trees and what the floor give for it, all in the same proportion; they are
    /// those of the higher one alone if it is that before any feature, too.
    @Test func reasonsAreThoseOfTheHigherOneOrOfBothInProportion() throws {
        var counts = ["trees": 0, "floor": 0, "both": 0]
        for seed in 0..<90 as Range<UInt64> {
            var random = RandomTrees(seed: 9_100_000 + seed)
            let kinds = try kinds(seed, &random)
            let isTreesBefore = kinds.free.bias > kinds.line.bias
            #expect(kinds.floored.bias == max(kinds.free.bias, kinds.line.bias), "seed \(seed)")
            for _ in 0..<5 {
                let row = random.row(kinds.document.features)
                var (ofFloor, ofTrees, found, served): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
                let floor = kinds.line.explain(row, contributions: &ofFloor)
                let trees = kinds.free.explain(row, contributions: &ofTrees)
                let margin = kinds.floored.explain(row, contributions: &found)
                #expect(abs(kinds.floored.residual(margin: margin, contributions: found)) < 1e-9, "seed \(seed)")
                #expect(kinds.floored.score(row, contributions: &served).bitPattern == margin.bitPattern)
                #expect(abs(kinds.floored.residual(margin: margin, contributions: served)) < 1e-5, "seed \(seed)")
                switch (trees > floor, isTreesBefore) {
                case (true, true):
                    #expect(found == ofTrees, "seed \(seed), row \(row)")
                    counts["trees"]? += 1
                case (false, false):
                    #expect(found == ofFloor, "seed \(seed), row \(row)")
                    counts["floor"]? += 1
                default:
                    let before = kinds.free.bias - kinds.line.bias
                    let share = (max(0, trees - floor) - max(0, before)) / (trees - floor - before)
                    #expect((0...1).contains(share), "seed \(seed), row \(row)")
                    for feature in found.indices {
                        let expected = share * ofTrees[feature] + (1 - share) * ofFloor[feature]
                        #expect(abs(found[feature] - expected) < 1e-9, "seed \(seed), row \(row)")
                    }
                    counts["both"]? += 1
                }
            }
        }
        #expect(counts.values.allSatisfy { $0 > 30 }, "\(counts)")
    }

    @Test func aFloorThatIsNeverReachedChangesNoBit() throws {
        for seed in 0..<12 as Range<UInt64> {
            var random = RandomTrees(seed: 9_300_000 + seed)
            let plain = try kinds(seed, &random)
            for intercept in [-1e9, -1e300] {
                let document = plain.document.withFloor(LogisticModel(intercept: intercept, terms: []))
                let model = try LoadedModel(document, digest: [])
                #expect(model.bias == plain.free.bias, "seed \(seed)")
                let row = random.row(document.features)
                var (expected, found): ([Double], [Double]) = ([], [])
                let margin = plain.free.score(row, contributions: &expected)
                #expect(model.score(row, contributions: &found) == margin && found == expected, "seed \(seed)")
            }
        }
    }

    @Test func filesKeepTheFloor() throws {
        for seed in 0..<6 as Range<UInt64> {
            var random = RandomTrees(seed: 9_200_000 + seed)
            let document = try kinds(seed, &random).document
            let golden = try LoadedModel.addingGoldenInputs([random.row(document.features)], to: document)
            #expect(try ModelFile.load(ModelFile.encode(golden)).document == golden, "seed \(seed)")
        }
    }
}
