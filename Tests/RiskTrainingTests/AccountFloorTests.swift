import Glibc
import RiskCore
import RiskModels
import Testing

@testable import RiskTraining

/// Trees whose margins are never below a line in what an account shows by itself.
@Suite struct AccountFloorTests {
    private static func feature(_ name: String) -> ModelFeature {
        FeatureCatalogue.feature(named: name).map {
            ModelFeature(name: $0.name, definitionVersion: $0.definitionVersion, direction: $0.direction)
        } ?? ModelFeature(name: name)
    }

    /// What an account shows by itself, with how many it shares a device, and whether for long: most of the abusive
    /// share one, few of the others, and those for long.
    private static func ownAndOthers(seed: UInt64, rows: Int = 4000) -> TrainingData {
        var random = Randoms(seed: seed)
        let own = (0..<rows).map { _ in random.normal() }
        let labels = own.map { random.uniform() < 1 / (1 + exp(2 - 2 * $0)) }
        let accounts = labels.map { random.uniform() < ($0 ? 0.8 : 0.15) ? Double(random.int(5..<30)) : 0 }
        let established = zip(accounts, labels).map { $0 > 0 && !$1 ? 1.0 : 0 }
        return TrainingData(
            features: ["f", "link.device.accounts", "link.ip_prefix.established"].map(feature),
            columns: [own, accounts, established], labels: labels)
    }

    private static func options(_ change: (inout TrainingOptions) -> Void = { _ in }) -> TrainingOptions {
        var options = TreeTrainingTests.options {
            $0.treeLimit = 100
            $0.floor = .account
        }
        change(&options)
        return options
    }

    private static func trees(_ model: LoadedModel) -> TreeModel? {
        guard case .trees(let trees) = model.document.kind else { return nil }
        return trees
    }

    @Test(arguments: [(1.0, 0.4), (8, 0.4), (1, 0)])
    func theHigherOfTreesAndAQuietLine(positiveWeight: Double, heldOutShare: Double) throws {
        for seed in 0..<3 as Range<UInt64> {
            let data = Self.ownAndOthers(seed: seed)
            var options = Self.options {
                $0.trees.positiveWeight = positiveWeight
                $0.heldOutShare = heldOutShare
            }
            let floored = try TreeTrainingTests.train(data, options)
            options.trees.floor = .none
            let free = try TreeTrainingTests.train(data, options)
            let model = try #require(Self.trees(floored))
            let line = try #require(model.floor)
            #expect(model.trees == Self.trees(free)?.trees && model.base == Self.trees(free)?.base, "seed \(seed)")
            #expect(!line.terms.isEmpty && line.terms.allSatisfy { $0.feature == 0 }, "seed \(seed)")
            #expect(floored.document.training.options.contains("floor=account"), "seed \(seed)")
            let ofLine = try data.margins(of: .logistic(line), threads: 1)
            var (byTrees, byLine): ([Double], [Double]) = ([], [])
            for row in 0..<data.rowCount {
                let values = data.vector(row)
                let (one, other) = (free.margin(values), ofLine[row])
                #expect(floored.margin(values) == max(one, other), "seed \(seed), row \(row)")
                if !data.labels[row] {
                    byTrees.append(one)
                    byLine.append(other)
                }
            }
            #expect(zip(byLine, byTrees).contains { $0 > $1 }, "seed \(seed)")
            #expect(zip(byLine, byTrees).contains { $0 < $1 }, "seed \(seed)")
        }
    }

    /// What a hundredth of the honest accounts reach by trees, a thousandth reach by the line: of rows, and of
    /// accounts, which count once at their highest margin.
    @Test(arguments: [false, true]) func theLineIsMovedToWhereItIsTheQuieterOne(inGroups: Bool) throws {
        for seed in 0..<4 as Range<UInt64> {
            var data = Self.ownAndOthers(seed: seed, rows: 6000)
            if inGroups { data.groups = (0..<6000).map { $0 / 3 } }
            var random = Randoms(seed: 100 + seed)
            let trees = (0..<6000).map { _ in 7 + 3 * random.normal() }
            let rows = Array(0..<6000)
            let floor = try #require(try AccountFloor(data, rows: rows, options: Self.options()))
            let shown = Array(rows[..<3000])
            let moved = floor.shifted(by: floor.shift(to: trees, data, rows: shown))
            let line = try data.margins(of: .logistic(moved), threads: 1)
            func peaks(_ margins: [Double], _ rows: [Int]) -> [Double] {
                let honest = rows.filter { !data.labels[$0] }
                let byGroup = Dictionary(grouping: honest) { data.groups?[$0] ?? $0 }
                return byGroup.values.map { rows in rows.map { margins[$0] }.max() ?? 0 }.sorted(by: >)
            }
            let (ofTrees, ofLine) = (peaks(trees, shown), peaks(line, rows))
            let threshold = ofTrees[ofTrees.count / 100]
            #expect(abs(ofLine[ofLine.count / 1000] - threshold) < 1e-9, "seed \(seed)")
        }
    }

    /// What an account shows by itself is learnt from rows as they came, whatever copies with others' looks say.
    @Test func theLineLooksAtNoAlteredRow() throws {
        var random = Randoms(seed: 11)
        let rows = 2000
        let own = (0..<rows).map { _ in random.normal() }
        let labels = own.map { random.uniform() < 1 / (1 + exp(-2 * $0)) }
        let shared = labels.map { $0 ? Double(random.int(0..<9)) : 0 }
        let features = ["link.device.accounts", "f"].map(Self.feature)
        var data = TrainingData(features: features, columns: [shared, own], labels: labels)
        data.transforms = [[.identity], [.identity]]
        // Copies in which the account looks the other way round.
        var doubled = TrainingData(
            features: features, columns: [shared + shared, own + own.map { -5 * $0 }], labels: labels + labels)
        doubled.transforms = data.transforms
        doubled.isAltered = (0..<2 * rows).map { $0 >= rows }
        let options = Self.options { $0.heldOutShare = 0 }
        let floors = try [data, doubled].map { try Self.trees(TreeTrainingTests.train($0, options))?.floor }
        #expect(floors[0] != nil && floors[0]?.terms == floors[1]?.terms)
        #expect(floors[0]?.terms.map(\.feature) == [1], "of the features the second is the account's own")
    }

    /// A count a million times what anybody had raises the line by some steps, not a million times as far.
    @Test func whatNobodyHadBeforeRaisesTheLineByItsLogarithm() throws {
        var random = Randoms(seed: 8)
        let rows = 4000
        let labels = (0..<rows).map { $0 % 4 == 0 }
        let counts = labels.map { (random.uniform() * ($0 ? 40 : 20)).rounded() }
        let shares = labels.map { random.uniform() * ($0 ? 1 : 0.5) }
        let data = TrainingData(
            features: ["count", "share"].map(Self.feature), columns: [counts, shares], labels: labels)
        let floor = try #require(Self.trees(TreeTrainingTests.train(data, Self.options()))?.floor)
        let probe = TrainingData(
            features: data.features, columns: [[40, 4e7, 40], [0.5, 0.5, 1]], labels: [true, true, true])
        let margins = try probe.margins(of: .logistic(floor), threads: 1)
        #expect(margins[1] > margins[0] && margins[1] < margins[0] + 60, "\(margins)")
        #expect(margins[2] > margins[0], "\(margins)")
        let kinds = floor.terms.filter { $0.feature == 0 }.map(\.shape)
        #expect(kinds.contains { if case .numeric(.signedLog, _, _, _) = $0 { true } else { false } }, "\(kinds)")
    }

    /// The line is no model by itself: it was moved to where it is quiet.
    @Test func withoutASingleTreeTheBaseIsLeft() throws {
        let data = Self.ownAndOthers(seed: 4, rows: 400)
        let options = Self.options { $0.trees.minHessian = 1e6 }
        let document = try TreeTrainingTests.train(data, options).document
        guard case .logistic(let left) = document.kind else {
            Issue.record("trees were grown")
            return
        }
        let share = Double(data.labels.count { $0 }) / 400
        #expect(left.terms.isEmpty && abs(left.intercept - log(share / (1 - share))) < 1e-9)
    }

    @Test func whereNoFeatureIsTheAccountsOwnThereIsNoFloor() throws {
        let data = Self.ownAndOthers(seed: 3)
        let model = try #require(Self.trees(TreeTrainingTests.train(data.reading([1, 2]), Self.options())))
        #expect(model.floor == nil)
    }
}
