import Glibc
import RiskCore
import Testing

@testable import RiskTraining

@Suite struct ThresholdPolicyTests {
    /// Rows of accounts at all decision points: few usage rows, three rows an account on average.
    private struct Rows {
        var margins: [Double] = []
        var labels: [Bool] = []
        var types: [EventType] = []
        var groups: [Int] = []

        init(seed: UInt64, count: Int = 9000) {
            var random = Randoms(seed: seed)
            for index in 0..<count {
                let group = random.int(0..<count / 3)
                let type = index % 60 == 0 ? EventType.usage : index % 2 == 0 ? .signup : .payment
                margins.append((random.normal() * 20).rounded() / 20 + (type == .payment ? 2 : 0))
                labels.append(group % 10 == 0)
                types.append(type)
                groups.append(group)
            }
        }

        func policy(
            _ budgets: [FalsePositiveBudget] = FalsePositiveBudget.standard, reserve: Reserve = Reserve()
        ) -> Policy {
            ThresholdPolicy(
                margins: margins, labels: labels, eventTypes: types, groups: groups, budgets: budgets, reserve: reserve
            ).policy
        }

        /// The highest margin of each honest account.
        func highest(at scope: EventType?) -> [Double] {
            let honest = labels.indices.filter { !labels[$0] && (scope == nil || types[$0] == scope) }
            return Array(Dictionary(honest.map { (groups[$0], margins[$0]) }, uniquingKeysWith: max).values)
        }

        /// The share of honest accounts that ever reach a margin, by the definition.
        func reached(_ threshold: Double, at scope: EventType?) -> Double {
            let highest = highest(at: scope)
            return Double(highest.count { $0 >= threshold }) / Double(highest.count)
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func eachBudgetIsAShareOfHonestAccountsEverThere(seed: UInt64) {
        let rows = Rows(seed: seed)
        let policy = rows.policy()
        #expect(Set(policy.rules.map(\.eventType)) == [nil, .signup, .payment], "usage has too few accounts")
        for scope in [nil, EventType.signup, .payment] {
            let own = policy.rules.filter { $0.eventType == scope }
            #expect(own.map(\.decision) == [.monitor, .stepUp, .cap, .review], "seed \(seed)")
            #expect(own.map(\.threshold) == own.map(\.threshold).sorted(), "seed \(seed)")
            for (rule, budget) in zip(own, FalsePositiveBudget.standard) {
                let share = rows.reached(rule.threshold, at: scope)
                #expect(rule.falsePositiveShare == share && share <= budget.share, "seed \(seed) \(rule)")
                // The next account's highest margin would break the budget.
                let below = rows.highest(at: scope).filter { $0 < rule.threshold }.max() ?? 0
                #expect(rows.reached(below, at: scope) > budget.share, "seed \(seed) \(rule)")
            }
        }
    }

    /// With a reserve, so many times fewer reach each threshold, be it none.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func aReserveLeavesRoomInEachBudget(seed: UInt64) throws {
        let rows = Rows(seed: seed)
        for (times, confidence) in [(1.5, 0.5), (3, 0.5), (1000, 0.5), (1, 0.9), (1.5, 0.95), (1, 0.999999)] {
            let reserve = Reserve(times: times, confidence: confidence)
            let policy = rows.policy(reserve: reserve)
            #expect(policy.rules.filter { $0.eventType == nil }.map(\.decision) == [.monitor, .stepUp, .cap, .review])
            for rule in policy.rules {
                let budget = try #require(FalsePositiveBudget.standard.first { $0.decision == rule.decision })
                let honest = rows.highest(at: rule.eventType).sorted(by: >)
                let allowed =
                    confidence == 0.5
                    ? Int(Double(honest.count) * budget.share / times + 1e-9)
                    : reserve.allowed(budget.share, of: honest.count)
                let reached = honest.count { $0 >= rule.threshold }
                #expect(reached <= allowed, "seed \(seed) \(rule)")
                #expect(rule.falsePositiveShare == Double(reached) / Double(honest.count), "seed \(seed) \(rule)")
                // No stricter than it takes: the next lower margin that anybody has would let too many reach it.
                if rule.eventType == nil {
                    let next = honest.first { $0 < rule.threshold } ?? -.infinity
                    #expect(honest.count { $0 >= next } > allowed, "seed \(seed) \(rule)")
                }
            }
        }
    }

    /// One honest customer who is asked about a thousand times is one customer.
    @Test func anAccountOfManyRowsCountsOnce() {
        let margins = (0..<2000).map { $0 < 1000 ? 5.0 : Double($0) / 1000 }
        let groups = (0..<2000).map { $0 < 1000 ? 0 : $0 }
        let honest = Array(repeating: false, count: 2000)
        func threshold(_ groups: [Int]?) -> Double? {
            ThresholdPolicy(
                margins: margins, labels: honest, eventTypes: nil, groups: groups,
                budgets: [FalsePositiveBudget(decision: .stepUp, share: 0.01)]
            ).policy.rules.first?.threshold
        }
        #expect(threshold(groups) == 1.991, "10 of 1001 accounts: the one at 5 and nine others")
        #expect(threshold(nil) == 5.0.nextUp, "half of the rows are at 5")
    }

    @Test func aThresholdNeedsOneHonestAccountThatMayReachIt() {
        func decisions(_ count: Int) -> [Decision] {
            ThresholdPolicy(
                margins: (0..<count).map(Double.init), labels: Array(repeating: false, count: count), eventTypes: nil,
                groups: Array(0..<count), budgets: FalsePositiveBudget.standard
            ).policy.rules.map(\.decision)
        }
        #expect(decisions(0).isEmpty && decisions(19).isEmpty)
        #expect(decisions(100) == [.monitor, .stepUp])
        #expect(decisions(999) == [.monitor, .stepUp, .cap])
        #expect(decisions(1000) == [.monitor, .stepUp, .cap, .review])
    }

    @Test func thresholdsKeepTheirShareWhenMarginsAreTied() {
        let policy = ThresholdPolicy(
            margins: (0..<2000).map { Double($0 / 150) }, labels: Array(repeating: false, count: 2000),
            eventTypes: nil, groups: nil, budgets: FalsePositiveBudget.standard
        ).policy
        #expect(policy.rules.map(\.decision) == [.monitor, .stepUp, .cap, .review])
        for (rule, budget) in zip(policy.rules, FalsePositiveBudget.standard) {
            #expect(rule.falsePositiveShare <= budget.share)
        }
    }

    @Test func anOperatorsBudgetsAreTheOnesThatCount() throws {
        let budgets = try FalsePositiveBudget.parse("monitor=0.1,suspend=0.002")
        let rows = Rows(seed: 3)
        let policy = rows.policy(budgets)
        #expect(Set(policy.rules.map(\.decision)) == [.monitor, .suspend])
        for rule in policy.rules where rule.decision == .suspend { #expect(rule.falsePositiveShare <= 0.002) }
        #expect(FalsePositiveBudget.text(budgets) == "monitor=0.1,suspend=0.002")
        #expect(try FalsePositiveBudget.parse(FalsePositiveBudget.text(budgets)) == budgets)
    }

    @Test(arguments: [
        ("", "DECISION=SHARE"), ("step_up", "DECISION=SHARE"), ("step_up=much", "DECISION=SHARE"),
        ("stepup=0.1", "found \"stepup\""), ("allow=0.5", "found \"allow\""), ("step_up=0", "above 0"),
        ("step_up=1", "below 1"), ("step_up=nan", "above 0"), ("review=0.1,step_up=0.01", "step_up after review"),
        ("step_up=0.1,step_up=0.01", "each decision once"), ("step_up=0.01,review=0.01", "less than the 0.01"),
        ("step_up=0.01,", "DECISION=SHARE"),
    ])
    func otherBudgetsAreRefused(text: String, words: String) {
        let error = trainingError { _ = try FalsePositiveBudget.parse(text) }
        #expect(error?.code == .badOption && error?.message.contains(words) == true, "\(text): \(error as Any)")
    }

    @Test func theBudgetsStandInTheStatement() throws {
        var random = Randoms(seed: 5)
        let data = random.data(rowCount: 300, featureCount: 2)
        let options = TrainingOptions(budgets: try FalsePositiveBudget.parse("review=0.02"))
        let document = try ModelTraining(options: options).train(data, name: "budgets")
        #expect(document.training.options.contains("budgets=review=0.02"))
        #expect(document.training.options.contains("reserve=1.0"))
        #expect(document.policy.version == ThresholdPolicy.version)
        for reserve in [0.9, -3, .nan, .infinity] {
            let error = trainingError {
                _ = try ModelTraining(options: TrainingOptions(reserve: Reserve(times: reserve))).train(data, name: "")
            }
            #expect(error?.code == .badOption && error?.message.contains("reserve") == true, "\(reserve)")
        }
        for confidence in [0.4, 1, .nan] {
            let error = trainingError {
                let options = TrainingOptions(reserve: Reserve(confidence: confidence))
                _ = try ModelTraining(options: options).train(data, name: "")
            }
            #expect(error?.code == .badOption && error?.message.contains("confidence") == true, "\(confidence)")
        }
        var wrong = options
        wrong.budgets = []
        #expect(trainingError { _ = try ModelTraining(options: wrong).train(data, name: "") }?.code == .badOption)
    }
}
