internal import Glibc

/// Turns births into accounts.
struct AccountMaker: Sendable {
    let draw: ProfileDraw
    let parameters: WorldParameters

    /// An account that has just come, before its first day is laid.
    func account(
        _ birth: Birth, serial: UInt64, seed: UInt64, _ populations: [any PlannedPopulation]
    ) -> AccountState {
        var stream = RandomStream(seed: mixed(seed, serial))
        switch birth {
        case .stranger(let segment, let birthMs):
            var profile = draw.profile(segment.persona, serial: serial, &stream)
            if segment == .cgnatRegion || segment == .newCGNAT { shareRegion(&profile, &stream) }
            return honest(profile, segment, serial: serial, birthMs: birthMs, &stream)
        case .seat(let organisation, let birthMs):
            var profile = draw.profile(organisation.segment.persona, serial: serial, &stream)
            organisation.share(with: &profile, draw, &stream)
            return honest(profile, organisation.segment, serial: serial, birthMs: birthMs, &stream)
        case .planned(let index, let number):
            let population = populations[index]
            return planned(population, population.plan.accounts[number], serial: serial, &stream)
        }
    }

    /// Hundreds of strangers behind each address of a region's provider.
    private func shareRegion(_ profile: inout AccountProfile, _ stream: inout RandomStream) {
        guard profile.network.kind == 1 else { return }
        let accounts = parameters.honestAccounts * parameters.segmentShares.cgnatRegion * parameters.scale
        profile.network.first = 0
        profile.network.size = UInt32(max(1, (accounts / 300).rounded()))
        profile.network.stickyHours = 60
        profile.network.sharedUsers = Float(stream.logNormal(median: 1_500, sigma: 0.5))
    }

    private func honest(
        _ profile: AccountProfile, _ segment: Segment, serial: UInt64, birthMs: Int64, _ stream: inout RandomStream
    ) -> AccountState {
        let persona = segment.persona
        let isNew = birthMs >= WorldCalendar.startMs
        var life = stream.chance(persona.oneDay) ? 0.5 : 0
        if life == 0 { life = stream.logNormal(median: persona.lifeDaysMedian, sigma: persona.lifeDaysSigma) }
        var begin = max(birthMs, WorldCalendar.startMs)
        if !isNew {
            // Whoever is still there has stayed longer than most.
            life = 1.5 * max(life, persona.lifeDaysMedian / 2)
            if stream.chance(parameters.reactivatedShare) {
                begin += Int64(stream.unit() * 250 * Double(WorldCalendar.dayMs))
            }
        }
        var state = AccountState(
            profile: profile, stream: stream, serial: serial,
            membership: Membership(kind: .honest, campaign: "", segment: segment.name), signupMs: birthMs,
            firstHour: WorldCalendar.hour(begin) + 1, endDay: 0)
        let lastDay = Double(WorldCalendar.day(begin)) + min(life, 1_000)
        state.endDay = min(WorldCalendar.dayCount, Int(lastDay) + 1)
        state.membership.tallyIndex = segment == .startup ? 4 : -1
        begins(&state, isNew: isNew, mustPay: false)
        stream = state.stream
        return state
    }

    private func planned(
        _ population: any PlannedPopulation, _ account: PlannedAccount, serial: UInt64, _ stream: inout RandomStream
    ) -> AccountState {
        let profile = population.profile(of: account, serial: serial, draw, &stream)
        let aged = account.isAged ? Int64((80 + 800 * stream.unit()) * Double(WorldCalendar.dayMs)) : 0
        let signupMs = account.isAged ? min(account.birthMs, WorldCalendar.startMs) - aged : account.birthMs
        var state = AccountState(
            profile: profile, stream: stream, serial: serial, membership: population.membership(of: account),
            signupMs: signupMs, firstHour: WorldCalendar.hour(account.birthMs) + 1,
            endDay: min(WorldCalendar.dayCount, account.endDay))
        state.plannedStart = account.start
        state.plannedFirstDay = account.firstDay
        state.distillShare = account.distillShare
        begins(&state, isNew: !account.isAged, mustPay: true)
        return state
    }

    /// Sign-up and payment of a new account; what an old one has behind it.
    private func begins(_ state: inout AccountState, isNew: Bool, mustPay: Bool) {
        let pays = state.profile.paymentDelayMs >= 0
        guard isNew else {
            state.hasPaid = pays
            let days = Double(WorldCalendar.startMs - state.signupMs) / Double(WorldCalendar.dayMs)
            let activity = Double(state.profile.requestsPerDay) * Double(state.profile.weekdayActivity)
            state.priorExchanges = Int(min(5e6, activity * days * 0.3 * state.stream.uniform(0.2, 1)))
            (state.exchangesBefore, state.checkpoint) = (state.priorExchanges, state.priorExchanges)
            return
        }
        state.signupIsDue = true
        guard pays else { return }
        var due = state.signupMs + state.profile.paymentDelayMs
        let end = WorldCalendar.ms(day: state.endDay) - WorldCalendar.hourMs
        if mustPay, due > end { due = state.signupMs + (end - state.signupMs) * 3 / 4 }
        if due <= end, due > state.signupMs {
            state.paymentDueMs = due
            state.profile.paymentDelayMs = due - state.signupMs
        }
    }
}

extension Segment {
    /// The raw value as a static text.
    var name: StaticString {
        switch self {
        case .hobby: "hobby"
        case .indieApp: "indie_app"
        case .codingIndividual: "coding_individual"
        case .startup: "ca_startup"
        case .universityLab: "ul_lab"
        case .enterprise: "en_enterprise"
        case .reseller: "rs_reseller"
        case .evalVendor: "eval_vendor"
        case .ciBatch: "ci_batch"
        case .privacyTools: "privacy_tools"
        case .cgnatRegion: "cgnat_region"
        case .hackathon: "hackathon"
        case .classOnNat: "class_on_nat"
        case .rollout: "rollout"
        case .rolloutFirstDay: "rollout_first_day"
        case .auditApp: "audit_app"
        case .nightlyRegression: "nightly_regression"
        case .gateway: "gateway"
        case .migration: "migration"
        case .hackathonDay: "hackathon_day"
        case .newReseller: "reseller_new"
        case .newEvalVendor: "eval_vendor_new"
        case .newPrivacyTools: "privacy_tools_new"
        case .newCGNAT: "cgnat_region_new"
        }
    }
}
