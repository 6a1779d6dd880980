import RiskCore
import RiskSimulation

/// A small world's events, and what is true of its accounts.
struct SmallWorld {
    var events: [AccountEvent] = []
    var truth: [Reference: TruthRow] = [:]
    var labels: [SimulatedLabel] = []
    var checks: [ReproductionCheck] = []

    init(_ parameters: WorldParameters) throws {
        var world = SimulatedWorld(parameters)
        while let item = try world.next() {
            events.append(item.event)
            if let row = item.firstOf { truth[row.account] = row }
        }
        labels = world.labels
        checks = ReproductionCheck.all(world.tally, parameters)
    }

    static func parameters(seed: UInt64, scale: Double = 0.001, until: String = "2026-01-15") -> WorldParameters {
        var parameters = WorldParameters()
        (parameters.scale, parameters.seed) = (scale, seed)
        parameters.untilDay = WorldCalendar.day(ofDate: until) ?? 1
        return parameters
    }

    /// A world up to June in which few act but those on top of it, so that a debug build is soon through.
    static func sparse(
        seed: UInt64 = 21, _ adversaries: [Adversary] = [], extraPersonas: Bool = false, settings: [String] = []
    ) throws -> SmallWorld {
        var parameters = parameters(seed: seed, until: "2026-06-10")
        parameters.honestAccounts = 20_000
        parameters.background.creditFarmAccounts = 1_000
        (parameters.miniMax.accounts, parameters.miniMax.pool) = (2_000, 1_800)
        (parameters.deepSeek.accounts, parameters.deepSeek.firstPool) = (50, 30)
        parameters.adversaries = adversaries
        parameters.hasExtraPersonas = extraPersonas
        for setting in settings { try parameters.set(setting) }
        return try SmallWorld(parameters)
    }

    /// Events of a campaign's or a segment's accounts, by account, in order of the accounts' references.
    func accounts(_ isMeant: (TruthRow) -> Bool) -> [[AccountEvent]] {
        var byAccount: [Reference: [AccountEvent]] = [:]
        for event in events where truth[event.account].map(isMeant) ?? false {
            byAccount[event.account, default: []].append(event)
        }
        return byAccount.values.sorted { $0[0].account.bytes.lexicographicallyPrecedes($1[0].account.bytes) }
    }
}
