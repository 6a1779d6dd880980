import RiskModels
import Testing

@testable import RiskTraining

@Suite struct DoubtfulAccountsTests {
    /// A campaign of which some accounts were never labelled, among honest ones; three rows an account.
    private struct World {
        var data: TrainingData
        var standings: [DoubtfulAccounts.Standing]
        var missed: Set<Int> = []

        init(seed: UInt64, known: Int, missed missedCount: Int, honest: Int, legitimate: Int = 0) {
            var generator = SplitMix64(seed: seed)
            var columns: [[Double]] = [[], []]
            var (labels, groups): ([Bool], [Int]) = ([], [])
            standings = []
            func isOfCampaign(_ group: Int) -> Bool { group < known + missedCount + legitimate }
            for group in 0..<(known + missedCount + legitimate + honest) {
                let isKnown = group < known
                standings.append(
                    isKnown
                        ? .ofKnownCampaign
                        : (known + missedCount..<known + missedCount + legitimate).contains(group)
                            ? .other : .unlabelled)
                if !isKnown, group < known + missedCount { missed.insert(group) }
                for _ in 0..<3 {
                    columns[0].append((isOfCampaign(group) ? 3 : 0) + Double.random(in: -1...1, using: &generator))
                    columns[1].append(Double.random(in: 0...1, using: &generator))
                    labels.append(isKnown)
                    groups.append(group)
                }
            }
            data = TrainingData(
                features: ["rate", "noise"].map { ModelFeature(name: $0, definitionVersion: 1, direction: .raises) },
                columns: columns, labels: labels)
            data.groups = groups
        }

        func found(_ options: TrainingOptions = World.options) -> Set<Int> {
            DoubtfulAccounts(options: options).find(in: data, standing: { standings[$0] }, progress: { _, _ in })
        }

        static var options: TrainingOptions {
            var options = TrainingOptions(seed: 5)
            options.kind = .trees
            options.trees.depth = 2
            return options
        }
    }

    @Test func whoLooksLikeAKnownCampaignIsFoundAndNobodyElse() {
        for seed in UInt64(1)...3 {
            let world = World(seed: seed, known: 60, missed: 12, honest: 120)
            let found = world.found()
            #expect(found.isSubset(of: world.missed), "seed \(seed): \(found.subtracting(world.missed)) are honest")
            #expect(found.count >= 8, "seed \(seed): found \(found.count) of 12")
        }
    }

    @Test func whoIsCalledLegitimateIsNeverDoubted() {
        let world = World(seed: 7, known: 60, missed: 0, honest: 120, legitimate: 10)
        #expect(world.found().isEmpty)
    }

    @Test func moreThanHalfAsManyAsAreKnownAreNeverDoubted() {
        let world = World(seed: 8, known: 40, missed: 120, honest: 120)
        #expect(world.found().count <= 20)
    }

    @Test func tooFewKnownAccountsSayNothing() {
        let world = World(seed: 9, known: DoubtfulAccounts.leastKnownCount - 1, missed: 12, honest: 120)
        #expect(world.found().isEmpty)
    }

    @Test func threadsDoNotDecide() {
        let world = World(seed: 10, known: 60, missed: 12, honest: 120)
        var two = World.options
        two.threads = 2
        #expect(world.found() == world.found(two))
    }
}
