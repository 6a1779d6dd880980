import RiskCore
import TestSupport
import Testing

@testable import RiskTraining

/// Leak, thresholds and shares against definitions written out naively.
@Suite struct LeakTests {
    /// One record of a random stream.
    private struct Record {
        var account: Int
        var part: EvaluationPlan.Part
        var margin: Double
        var added: Double
        var timeMs: Int64
        var type: EventType
    }

    private struct Stream {
        var records: [Record] = []
        var kinds: [Truth.Kind]

        /// Margins are drawn from few values, so that there are ties.
        init(seed: UInt64) {
            var generator = SeededGenerator(seed: seed)
            kinds = (0..<40).map { $0 % 3 == 0 ? .campaign : .honest }
            for step in 0..<400 {
                let part: EvaluationPlan.Part = step < 150 ? .validation : .test
                let account = Int.random(in: 0..<40, using: &generator)
                records.append(
                    Record(
                        account: account, part: part,
                        margin: Double(Int.random(in: -4...(account % 3 == 0 ? 8 : 5), using: &generator)) / 2,
                        added: Double(Int.random(in: 0..<50, using: &generator)),
                        timeMs: Int64(step) * 7_000_000, type: EventType.allCases[step % 3]))
            }
        }

        /// What a judge makes of it.
        func judge() throws -> ModelJudge {
            let ledger = try ledger()
            let judge = ModelJudge(name: "test", ledger: ledger)
            try show(ledger, to: judge.see)
            return judge
        }

        /// What a policy's rules make of it.
        func rows(_ policy: Policy) throws -> [PolicyRow] {
            let ledger = try ledger()
            let judge = PolicyJudge(policy, ledger: ledger)
            try show(ledger, to: judge.see)
            return judge.rows
        }

        private func ledger() throws -> AccountLedger {
            var text = "account_ref,class,campaign,segment\n"
            for (account, kind) in kinds.enumerated() {
                text += "a\(account),\(kind.word),\(kind == .campaign ? "c\(account % 2)" : ""),s\(account % 5)\n"
            }
            let file = TemporaryFile(text)
            let truth = try Truth.read(path: file.path)
            return AccountLedger(truth: truth, labels: KnownLabels([], untilMs: nil))
        }

        private func show(
            _ ledger: AccountLedger,
            to see: (AccountEvent, _ account: Int, EvaluationPlan.Part, _ margin: Double, _ added: Double) -> Void
        ) throws {
            for record in records {
                var builder = EventBuilder()
                try builder.set(.eventType, wordIndex: record.type.rawValue)
                try builder.set(.eventTimeMs, whole: UInt64(record.timeMs))
                try builder.set(.accountRef, reference: Reference("a\(record.account)"))
                let event = try builder.build()
                see(event, ledger.number(of: event), record.part, record.margin, record.added)
            }
        }

        /// The definition, word by word.
        func leaked(threshold: Double) -> (leaked: Double, total: Double, flagged: Int) {
            leaked { $0.margin >= threshold }
        }

        func leaked(_ flags: (Record) -> Bool) -> (leaked: Double, total: Double, flagged: Int) {
            var (leaked, total, flagged) = (0.0, 0.0, 0)
            for account in kinds.indices where kinds[account] == .campaign {
                let own = records.filter { $0.account == account }
                guard own.contains(where: { $0.part == .test }) else { continue }
                var isFlagged = false
                for record in own {
                    if record.part == .test {
                        total += record.added
                        if !isFlagged { leaked += record.added }
                    }
                    if flags(record) { isFlagged = true }
                }
                flagged += isFlagged ? 1 : 0
            }
            return (leaked, total, flagged)
        }

        /// Honest accounts with events in a part, and those that reach a threshold there.
        func honest(_ part: EvaluationPlan.Part, threshold: Double) -> Share {
            honest(part) { $0.margin >= threshold }
        }

        func honest(_ part: EvaluationPlan.Part, _ flags: (Record) -> Bool) -> Share {
            var share = Share(hits: 0, count: 0)
            for account in kinds.indices where kinds[account] == .honest {
                let own = records.filter { $0.account == account && $0.part == part }
                guard !own.isEmpty else { continue }
                share.count += 1
                share.hits += own.contains(where: flags) ? 1 : 0
            }
            return share
        }
    }

    @Test func leakIsWhatItsDefinitionSays() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            let stream = Stream(seed: seed)
            let judge = try stream.judge()
            let traces = judge.testTraces().map(\.trace)
            for threshold in stride(from: -3.0, through: 5, by: 0.5) {
                let figures = LeakFigures(campaign: "", traces: traces, threshold: threshold)
                let expected = stream.leaked(threshold: threshold)
                #expect(figures.leaked == expected.leaked, "seed \(seed), threshold \(threshold)")
                #expect(figures.exchanges == expected.total, "seed \(seed)")
                #expect(figures.accounts.hits == expected.flagged, "seed \(seed), threshold \(threshold)")
                let days = Curves.days(campaign: "", traces: traces, threshold: threshold).days
                #expect(days.reduce(0) { $0 + $1.leaked } == expected.leaked, "seed \(seed), threshold \(threshold)")
                #expect(days.reduce(0) { $0 + $1.exchanges } == expected.total)
            }
        }
    }

    @Test func theThresholdIsTheSmallestThatKeepsTheShare() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            let stream = Stream(seed: seed)
            let judge = try stream.judge()
            for share in [0.05, 0.1, 0.3, 0.5, 0.9] {
                let peaks = judge.peaks(.validation) { $0.kind == .honest }
                let threshold = try #require(RankedScores.threshold(descending: peaks, share: share))
                let found = stream.honest(.validation, threshold: threshold)
                #expect(Double(found.hits) <= share * Double(found.count), "seed \(seed), share \(share)")
                let looser = stream.honest(.validation, threshold: threshold.nextDown)
                #expect(Double(looser.hits) > share * Double(looser.count), "seed \(seed), share \(share)")
            }
            for (share, reserve) in [(0.3, 3.0), (0.9, 2), (0.1, 1000)] {
                let peaks = judge.peaks(.validation) { $0.kind == .honest }
                let threshold = try #require(
                    RankedScores.threshold(descending: peaks, share: share, reserve: Reserve(times: reserve)))
                let most = Int(Double(peaks.count) * share / reserve + 1e-9)
                #expect(stream.honest(.validation, threshold: threshold).hits <= most, "seed \(seed), share \(share)")
                #expect(stream.honest(.validation, threshold: threshold.nextDown).hits > most, "seed \(seed)")
            }
            // Less than one account: a figure would say nothing.
            let peaks = judge.peaks(.validation) { $0.kind == .honest }
            #expect(RankedScores.threshold(descending: peaks, share: 0.9 / Double(peaks.count)) == nil)
            #expect(RankedScores.threshold(descending: peaks, share: 1 / Double(peaks.count)) != nil)
        }
    }

    @Test func tablesCountWhoIsFlagged() throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            let stream = Stream(seed: seed)
            var plan = EvaluationPlan(trainUntilMs: 0, testFromMs: 1)
            plan.shares = [0.2, 0.1]
            plan.primaryShare = 0.2
            plan.reserve = Reserve(times: 2)
            let table = ModelTable(try stream.judge(), plan: plan, model: nil)
            for row in table.thresholds {
                let outcome = try #require(row.outcome)
                #expect(outcome.honest == stream.honest(.test, threshold: outcome.threshold), "seed \(seed)")
                #expect(outcome.total.leaked == outcome.campaigns.reduce(0) { $0 + $1.leaked })
                #expect(outcome.total.leaked == stream.leaked(threshold: outcome.threshold).leaked)
                #expect(outcome.total.interval.lower <= outcome.total.leakedShare ?? -1)
                #expect(outcome.total.interval.upper >= outcome.total.leakedShare ?? 2)
            }
            let primary = try #require(table.outcome(.reserved, share: 0.2))
            // Half of the stated share, as the row of half that share has it without a reserve.
            #expect(primary.threshold == table.outcome(.validation, share: 0.1)?.threshold)
            #expect(table.segments.reduce(0) { $0 + $1.flagged.hits } == primary.honest.hits)
            #expect(
                table.segments.map { $0.flagged.value ?? 0 }
                    == table.segments.map { $0.flagged.value ?? 0 }.sorted(by: >))
            #expect(table.campaigns.map(\.campaign) == ["c0", "c1"])
            #expect(table.campaigns.reduce(0) { $0 + $1.flagged.hits } == primary.total.accounts.hits)
        }
    }

    /// Rules of a decision point's own, for all, and none: as the service would decide, record by record.
    @Test func theModelsOwnRulesAreJudgedAsTheServiceDecides() throws {
        for seed in 1...12 as ClosedRange<UInt64> {
            let stream = Stream(seed: seed)
            var generator = SeededGenerator(seed: seed)
            var rules: [Policy.Rule] = []
            for type in [nil, EventType.allCases[Int(seed % 3)]] {
                for decision in [Decision.monitor, .stepUp, .review] where type == nil || decision != .review {
                    rules.append(
                        Policy.Rule(
                            eventType: type, decision: decision,
                            threshold: Double(Int.random(in: -2...8, using: &generator)) / 2, falsePositiveShare: 0))
                }
            }
            // What everybody gets anyway is nothing to judge.
            rules.append(Policy.Rule(eventType: nil, decision: .allow, threshold: 1, falsePositiveShare: 0))
            let policy = Policy(version: 3, rules: rules)
            let rows = try stream.rows(policy)
            #expect(rows.map(\.decision) == [.monitor, .stepUp, .review])
            for row in rows {
                let holds = { (record: Record) in
                    policy.rules(at: record.type)
                        .contains { $0.decision >= row.decision && record.margin >= $0.threshold }
                }
                let expected = stream.leaked(holds)
                #expect(row.outcome.honest == stream.honest(.test, holds), "seed \(seed), \(row.decision)")
                #expect(row.outcome.total.leaked == expected.leaked, "seed \(seed), \(row.decision)")
                #expect(row.outcome.total.exchanges == expected.total)
                #expect(row.outcome.campaigns.map(\.campaign) == ["c0", "c1"])
                #expect(row.outcome.total.accounts.hits == expected.flagged, "seed \(seed), \(row.decision)")
            }
        }
        #expect(try Stream(seed: 1).rows(Policy(version: 3, rules: [])).isEmpty)
    }

    /// What an account had used before the log began is nobody's leak.
    @Test func anAccountsLifeBeforeTheLogDoesNotCount() throws {
        let ledger = AccountLedger(truth: .labels([]), labels: KnownLabels([], untilMs: nil))
        func event(_ account: String, _ type: EventType, _ total: UInt64?) throws -> AccountEvent {
            var builder = EventBuilder()
            try builder.set(.eventType, wordIndex: type.rawValue)
            try builder.set(.eventTimeMs, whole: 1_762_000_000_000)
            try builder.set(.accountRef, reference: Reference(account))
            if let total { try builder.set(.exchangesTotal, whole: total) }
            return try builder.build()
        }
        for _ in 0..<2 {
            for (account, type, total, added) in [
                ("new", .signup, nil, 0), ("old", .payment, nil, 0), ("new", .usage, 40, 40), ("old", .usage, 9000, 0),
                ("old", .usage, 9010, 10), ("new", .usage, 30, 0), ("new", .usage, 45, 5), ("old", .usage, nil, 0),
            ] as [(String, EventType, UInt64?, Double)] {
                let event = try event(account, type, total)
                #expect(ledger.noteExchanges(event, account: ledger.number(of: event)) == added)
            }
            ledger.resetExchanges()
        }
    }

    /// Nobody who looks at the last column of a table should find one in ten thousand of a thousand.
    @Test func tooFewAccountsGiveNoFigure() throws {
        let table = ModelTable(
            try Stream(seed: 1).judge(), plan: EvaluationPlan(trainUntilMs: 0, testFromMs: 1), model: nil)
        #expect(table.thresholds.allSatisfy { $0.outcome == nil })
        #expect(table.events.allSatisfy { figures in figures.recalls.last?.recall == nil })
    }
}
