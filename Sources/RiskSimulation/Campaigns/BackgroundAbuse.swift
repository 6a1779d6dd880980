internal import Glibc

/// Fraud that is no distillation: relays, credit farms, card testers, stolen keys. It has labels, but no campaign.
struct BackgroundAbuse: PlannedPopulation {
    enum Kind: Int, CaseIterable, Sendable {
        case relay, creditFarm, cardTester, stolenKey
    }

    let plan: CampaignPlan
    let foundShare: Double
    private let kind: Kind
    private let world: WorldParameters

    init(_ kind: Kind, _ world: WorldParameters, seed: UInt64) {
        self.kind = kind
        self.world = world
        foundShare = world.labels.foundBackgroundShare[kind.rawValue]
        var stream = RandomStream(seed: seed)
        var plan = CampaignPlan()
        let parameters = world.background
        let count: Double =
            switch kind {
            case .relay: parameters.relayAccounts
            case .creditFarm: parameters.creditFarmAccounts
            case .cardTester: parameters.cardTesterAccounts
            case .stolenKey: parameters.stolenKeys
            }
        for _ in 0..<world.scaled(count) { Self.add(kind, parameters, &plan, &stream) }
        plan.finish()
        self.plan = plan
    }

    private static func add(
        _ kind: Kind, _ parameters: BackgroundParameters, _ plan: inout CampaignPlan, _ stream: inout RandomStream
    ) {
        let birthMs = CampaignPlan.birth(day: stream.uniform(0, Double(WorldCalendar.dayCount - 2)))
        let firstDay = WorldCalendar.day(birthMs)
        let left = WorldCalendar.dayCount - firstDay
        var daily: [Double] = []
        switch kind {
        case .relay:
            let rate = stream.logNormal(median: 130, sigma: 0.9)
            let days = Int(stream.exponential(mean: parameters.relayLifeDays)) + 1
            daily = (0..<days).map { _ in rate * stream.gamma(mean: 1, shape: 2.5) }
        case .creditFarm:
            let days = min(7, Int(stream.exponential(mean: parameters.creditFarmLifeDays - 1)) + 1)
            let rate = stream.uniform(30, 200)
            daily = (0..<days).map { day in rate * stream.gamma(mean: 1, shape: 4) / Double(day + 1) }
        case .cardTester:
            daily = [stream.logNormal(median: 3, sigma: 1)]
        case .stolenKey:
            // The owner's own days, then those of the thief.
            let own = stream.logNormal(median: 60, sigma: 1)
            let rate = own * stream.logNormal(median: 15, sigma: 0.8)
            let hours = stream.uniform(parameters.stolenKeyHours.lowerBound, parameters.stolenKeyHours.upperBound)
            let before = stream.chance(0.5) ? 0 : Int(stream.exponential(mean: 25))
            daily = (0..<before).map { _ in stream.chance(0.7) ? own * stream.gamma(mean: 1, shape: 2) : 0 }
            daily += (0..<Int(hours / 24) + 1).map { _ in min(40_000, rate * stream.gamma(mean: 1, shape: 3)) }
        }
        daily = Array(daily.prefix(left))
        if !daily.isEmpty { daily[0] *= CampaignPlan.firstDayWeight(birthMs) }
        var account = PlannedAccount(birthMs: birthMs, firstDay: firstDay, dayCount: daily.count)
        account.isAged = kind == .stolenKey
        plan.add(account, counts: daily.map { Int($0.rounded()) })
    }

    func membership(of account: PlannedAccount) -> Membership {
        let segment: StaticString =
            switch kind {
            case .relay: "b1_commercial_relay"
            case .creditFarm: "b2_credit_farm"
            case .cardTester: "b3_card_testing"
            case .stolenKey: "b4_stolen_keys"
            }
        return Membership(kind: .backgroundAbuse, campaign: "", segment: segment)
    }

    func profile(
        of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) -> AccountProfile {
        let persona: Persona =
            switch kind {
            case .relay: .commercialRelay
            case .creditFarm: .creditFarm
            case .cardTester: .cardTester
            case .stolenKey: .stolenKey
            }
        var profile = draw.profile(persona, serial: serial, &stream)
        let identifiers = draw.identifiers
        switch kind {
        case .relay:
            let owner = stream.below(world.background.relayOperators)
            shareRelay(owner, &profile, draw, &stream)
        case .creditFarm:
            // A farm is a few dozen accounts made within days by one person.
            let farm = UInt64(account.index / 30)
            if stream.chance(0.5) { profile.device = identifiers.value(.device, .creditFarms, farm) }
            if profile.network.kind != 0 || stream.chance(0.5) {
                let range = draw.pools.range(kind: Int(profile.network.kind)).size
                profile.network.first = UInt32(mixed(0xB2, farm) % UInt64(range))
            }
            if profile.referral != 0 { profile.referral = identifiers.value(.referral, .creditFarms, farm) }
        case .cardTester:
            let ring = UInt64(account.index / 25)
            if stream.chance(0.4) { profile.device = identifiers.value(.device, .cardTesters, ring) }
        case .stolenKey: break
        }
        return profile
    }

    private func shareRelay(
        _ owner: Int, _ profile: inout AccountProfile, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) {
        let identifiers = draw.identifiers
        let cards = max(1, Int(world.background.relayAccounts * world.scale / 12 / 2.5))
        if stream.chance(0.6) {
            profile.instrument = identifiers.value(
                .instrument, .relays, UInt64(owner * 1_000_000 + stream.below(cards)))
        }
        if profile.emailClass == 1 {
            draw.setDomain(.relays, UInt64(owner * 100 + stream.below(10)), ageMedian: 260, &profile, &stream)
        }
        if profile.network.kind == 0 {
            // The same exits as the largest relay network's.
            let exits = max(4, Int(world.miniMax.pool * world.scale / world.miniMax.accountsPerExit))
            profile.network.first = UInt32(stream.below(max(1, min(exits, draw.pools.homes) - 4)))
            (profile.network.size, profile.network.stickyHours) = (4, 24)
        }
        if stream.chance(0.45) {
            profile.template = TemplateUse()
            (profile.template.owner, profile.template.first) = (.relays, UInt64(owner))
            profile.template.share = Float(stream.uniform(0.4, 0.98))
            profile.template.spread = 0.1
        }
    }
}
