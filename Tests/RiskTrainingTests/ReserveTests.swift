import Testing

@testable import RiskTraining

@Suite struct ReserveTests {
    /// Normal quantiles, from tables.
    private static let deviations = [0.5: 0, 0.9: 1.281_551_6, 0.95: 1.644_853_6, 0.99: 2.326_347_9]

    /// As many as may be, by trying them all; with the default none is kept.
    @Test func itAllowsTheMostThatChanceLeavesRoomFor() throws {
        for (confidence, deviations) in Self.deviations {
            for times in [1, 1.5, 3] {
                let reserve = Reserve(times: times, confidence: confidence)
                for budget in [0, 1, 2, 3, 5, 10, 11, 12, 40, 100, 116, 1000] {
                    let most = (0...1000).last {
                        times * (Double($0) + deviations * (2 * Double($0)).squareRoot()) <= Double(budget) + 1e-6
                    }
                    let found = reserve.allowed(0.001, of: 1000 * budget)
                    #expect(found == most, "\(reserve), \(budget): \(found), by hand \(most ?? -1)")
                }
            }
        }
        for count in 0...3000 { #expect(Reserve().allowed(0.01, of: count) == count / 100) }
    }

    /// Accounts to come like those that were held out: more than the budget reach the threshold as rarely as was said.
    @Test(arguments: [0.9, 0.95])
    func chanceBreaksABudgetAsRarelyAsIsSaid(confidence: Double) {
        var random = Randoms(seed: 3)
        let (rounds, count, share) = (1500, 2000, 0.02)
        func broken(_ reserve: Reserve) -> Double {
            let times = (0..<rounds).count { _ in
                let heldOut = (0..<count).map { _ in random.uniform() }.sorted(by: >)
                let threshold = heldOut[reserve.allowed(share, of: count)]
                return (0..<count).count { _ in random.uniform() > threshold } > Int(share * Double(count))
            }
            return Double(times) / Double(rounds)
        }
        let found = broken(Reserve(confidence: confidence))
        #expect(abs(found - (1 - confidence)) < 0.03, "broken in \(found) of the rounds")
        #expect(broken(Reserve()) > 0.35, "without a reserve it is a toss")
    }
}
