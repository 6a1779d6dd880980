internal import RiskCore

/// Writes down what the provider sees of an account at one moment.
///
/// One rule for everybody: which fields there are depends on the kind of event, on chance and on what happened, never
/// on what the account is.
struct EventWriter {
    let identifiers: Identifiers
    let pools: SharedPools
    let missingness: WorldParameters.Missingness
    private var facts = WindowFacts()

    init(identifiers: Identifiers, pools: SharedPools, missingness: WorldParameters.Missingness) {
        self.identifiers = identifiers
        self.pools = pools
        self.missingness = missingness
    }

    /// The event of a type at an instant.
    mutating func event(
        _ type: EventType, timeMs: Int64, _ state: AccountState, slot: Int, _ windows: UsageWindows
    ) throws(FieldError) -> AccountEvent {
        var draft = EventDraft(state.profile, timeMs: timeMs, missingness: missingness)
        let knowsOrganisation = timeMs >= state.profile.organisationFromMs
        try draft.setEnvelope(type, organisation: knowsOrganisation ? state.profile.organisation : 0)
        try draft.setSignup(state, self)
        if type == .payment || state.hasPaid {
            let day = WorldCalendar.day(timeMs)
            let isFirst = type == .payment
            try draft.setPayment(
                state, requests30d: isFirst ? 0 : windows.requestsOfThirtyDays(slot: slot, before: day))
        }
        if type == .usage {
            windows.facts(slot: slot, timeMs: timeMs, into: &facts)
            let today = facts.requests(of: state, timeMs: timeMs, slot: slot, windows)
            try draft.setUsage(state, facts, exchangesTotal: state.exchangesBefore + today, self)
        }
        return try draft.builder.build()
    }

    /// The prefix an account comes from at an instant, and its autonomous system.
    func address(_ access: NetworkAccess, account: UInt64, timeMs: Int64) -> (prefix: UInt64, asn: UInt64) {
        let period = access.stickyHours == 0 ? 0 : timeMs / (Int64(access.stickyHours) * WorldCalendar.hourMs)
        let step = access.size > 1 ? mixed(account, UInt64(period)) % UInt64(access.size) : 0
        let prefix = identifiers.value(.prefix, access.owner, UInt64(access.first) + step)
        let system = pools.asn(owner: access.owner, prefix: prefix)
        return (prefix, identifiers.value(.asn, system.owner, UInt64(system.index)))
    }

    /// The commonest template on a day.
    func template(_ use: TemplateUse, account: UInt64, timeMs: Int64, lagDays: Double) -> UInt64 {
        switch use.kind {
        case .fixed: return identifiers.value(.template, use.owner, use.first)
        case .agent:
            // A public agent's text changes every three weeks, each on its own days; some agents are new.
            let day = Double(WorldCalendar.day(timeMs)) - min(lagDays, 60)
            let version = (day + Double(use.first % 7) * 3 + 420) / 21
            return identifiers.value(.template, use.owner, 1_000_000 + use.first, UInt64(max(0, version)))
        case .families:
            let family = self.family(use, account: account, day: WorldCalendar.day(timeMs))
            return identifiers.value(.template, use.owner, use.first + family)
        }
    }

    /// Which of a campaign's families is the commonest with an account on a day.
    func family(_ use: TemplateUse, account: UInt64, day: Int) -> UInt64 {
        let draw = mixed(account, UInt64(bitPattern: Int64(day)))
        if use.size <= 1 || unitHash(draw) < Double(use.topFamily) { return 0 }
        return 1 + finalised(draw ^ 0xFA) % UInt64(use.size - 1)
    }
}

extension WindowFacts {
    /// Requests of the planned day at or before an instant.
    fileprivate func requests(of state: AccountState, timeMs: Int64, slot: Int, _ windows: UsageWindows) -> Int {
        var sum = 0
        let now = WorldCalendar.hour(timeMs)
        for hour in state.day * 24...max(state.day * 24, now) {
            let all = windows.requests(slot: slot, hour: hour)
            guard all > 0 else { continue }
            let offset = timeMs - WorldCalendar.startMs - Int64(hour) * WorldCalendar.hourMs
            sum += hour == now ? UsageWindows.count(atOffsetMs: offset, of: all) : all
        }
        return sum
    }
}
