/// One comparison of a simulated world with what was disclosed of reality.
public struct ReproductionCheck: Sendable, Equatable {
    /// How it came out.
    public enum Outcome: String, Sendable {
        /// As disclosed.
        case ok
        /// Not as disclosed.
        case wrong
        /// The world ends before the period does.
        case unfinished
    }

    /// What is compared.
    public let name: String
    /// What it should be at this scale.
    public let expected: String
    /// What it is in this world; simulated.
    public let found: String
    /// How it came out.
    public let outcome: Outcome

    /// All checks of a world that has come to its end.
    public static func all(_ tally: ReproductionTally, _ parameters: WorldParameters) -> [ReproductionCheck] {
        let checks = ReproductionChecks(tally: tally, parameters: parameters)
        return checks.all + parameters.adversaries.flatMap { checks.adversary($0) }
    }
}

/// DOMAIN's reproduction checks, scaled.
struct ReproductionChecks {
    let tally: ReproductionTally
    let parameters: WorldParameters

    private var scale: Double { parameters.scale }
    private var february: Int { parameters.miniMax.days.upperBound + 1 }
    private var june: Int { parameters.alibaba.days.upperBound + 1 }

    var all: [ReproductionCheck] {
        [
            within(
                "accounts of the three campaigns until February", 24_000 * scale, -0.01, 0.01,
                tally.accounts[0..<3].reduce(0, +), slack: 3, february),
            within("exchanges of c1_deepseek", 150_000 * scale, 0, 0.05, tally.exchanges[0], slack: 0, february),
            within("exchanges of c2_moonshot", 3_400_000 * scale, 0, 0.05, tally.exchanges[1], slack: 0, february),
            within(
                "exchanges of c3_minimax, distilled", 13_000_000 * scale, 0, 0.05, tally.exchanges[2], slack: 0,
                february),
            within("exchanges of c4_alibaba", 28_800_000 * scale, 0, 0.03, tally.exchanges[3], slack: 0, june),
            within("accounts of c4_alibaba", 25_000 * scale, -0.01, 0.01, tally.accounts[3], slack: 1, june),
            check(
                "events of c4_alibaba outside 2026-04-22…2026-06-05", "0", "\(tally.eventsOutside)",
                tally.eventsOutside == 0, june),
            moonshotAccounts, relayPool, pivot,
        ] + (0..<3).map(family) + [restored] + (0..<4).map(rate) + [overlap]
    }

    private var moonshotAccounts: ReproductionCheck {
        let found = tally.accounts[1]
        return check(
            "accounts of c2_moonshot: hundreds", "\(whole(300 * scale)) to \(whole(900 * scale))", "\(found)",
            (300 * scale...900 * scale).contains(Double(found)), february)
    }

    private var relayPool: ReproductionCheck {
        let share = Double(tally.unrelated[2]) / Double(max(1, tally.unrelated[2] + tally.exchanges[2]))
        return check(
            "largest relay pool on one day, with other traffic", "above \(whole(20_000 * scale)), some",
            "\(tally.relayPool), \(percent(share)) other",
            Double(tally.relayPool) > 20_000 * scale && share > 0.05, february)
    }

    private var pivot: ReproductionCheck {
        let share = Double(tally.pivot.moved) / Double(max(1, tally.pivot.all))
        return check(
            "c3_minimax on the new model a day after launch", "45 to 50 %", percent(share),
            (0.45...0.5).contains(share), february)
    }

    private func family(_ row: Int) -> ReproductionCheck {
        let (uses, accounts) = (10_000 * scale, (100 * scale).rounded(.down))
        let found = tally.largestFamily(row, accounts: Int(accounts))
        return check(
            "largest template family of \(ReproductionTally.campaigns[row])",
            "\(whole(uses)) uses, \(whole(accounts)) accounts", "\(found.uses) uses, \(found.accounts) accounts",
            Double(found.uses) >= uses && found.uses > 0, february)
    }

    /// The second pool's volume from 36 to 48 hours after the ban, against as many hours before it.
    private var restored: ReproductionCheck {
        let ban = parameters.alibaba.banDay * 24
        let before = tally.hourly[ban - 24..<ban].reduce(0, +)
        let after = 2 * tally.hourlySecond[ban + 36..<ban + 48].reduce(0, +)
        let share = Double(after) / Double(max(1, before))
        return check(
            "c4_alibaba's volume on pool 2 by 48 h after the ban", "at least 80 %", percent(share), share >= 0.8, june)
    }

    private func rate(_ row: Int) -> ReproductionCheck {
        let median = tally.accountDayQuantile(row, 0.5)
        return check(
            "median exchanges of an account-day of \(ReproductionTally.campaigns[row])", "5 to 900", "\(whole(median))",
            (5...900).contains(median), row == 3 ? june : february)
    }

    /// Whether campaigns reach into the middle half of the start-ups' account-days.
    private var overlap: ReproductionCheck {
        let startups = (tally.accountDayQuantile(4, 0.25), tally.accountDayQuantile(4, 0.75))
        let low = (0..<4).map { tally.accountDayQuantile($0, 0.05) }.min() ?? 0
        let high = (0..<4).map { tally.accountDayQuantile($0, 0.95) }.max() ?? 0
        return check(
            "account-days of campaigns (5 to 95 %) against ca_startup's middle half",
            "overlapping \(whole(startups.0)) to \(whole(startups.1))", "\(whole(low)) to \(whole(high))",
            low <= startups.1 && high >= startups.0, june)
    }

    /// An adversary's headline numbers: accounts, exchanges, and when.
    func adversary(_ kind: Adversary) -> [ReproductionCheck] {
        let row = ReproductionTally.row(kind)
        let accounts = Double(kind.accounts(scale: parameters.scale))
        let exchanges = Double(tally.accounts[row] * kind.exchangesPerAccount)
        let after = kind.days.upperBound + 1
        let found = tally.eventDays[row]
        return [
            // Cells of eight come and go as a whole.
            within(
                "accounts of \(kind.rawValue)", accounts, -0.03, 0.03, tally.accounts[row],
                slack: kind == .banAware ? 16 : 1, after),
            within(
                "exchanges of \(kind.rawValue)", exchanges, -0.05, 0.05, tally.exchanges[row],
                slack: 0.5 * exchanges / max(1, accounts.squareRoot()), after),
            check(
                "days of \(kind.rawValue) with events, from the world's start",
                "within \(kind.days.lowerBound) to \(kind.days.upperBound)",
                found.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "none",
                found.map { kind.days.contains($0.lowerBound) && kind.days.contains($0.upperBound) } ?? false, after),
        ]
    }

    private func within(
        _ name: String, _ target: Double, _ low: Double, _ high: Double, _ found: Int, slack: Double, _ day: Int
    ) -> ReproductionCheck {
        let range = (target * (1 + low) - slack)...(target * (1 + high) + slack)
        return check(
            name, "\(whole(range.lowerBound.rounded(.up))) to \(whole(range.upperBound.rounded(.down)))", "\(found)",
            range.contains(Double(found)), day)
    }

    private func check(_ name: String, _ expected: String, _ found: String, _ isRight: Bool, _ day: Int)
        -> ReproductionCheck
    {
        ReproductionCheck(
            name: name, expected: expected, found: found,
            outcome: parameters.untilDay < day ? .unfinished : isRight ? .ok : .wrong)
    }

    private func whole(_ value: Double) -> String { "\(Int(value.rounded()))" }

    private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
}
