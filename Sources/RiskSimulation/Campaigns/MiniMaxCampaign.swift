internal import Glibc

/// The campaign alleged of MiniMax: one relay network of many thousand accounts, its traffic mixed with strangers'.
struct MiniMaxCampaign: PlannedPopulation {
    let plan: CampaignPlan
    let foundShare: Double
    private let parameters: MiniMaxParameters
    private let world: WorldParameters
    private let instruments: ZipfTable
    private let domains: ZipfTable
    private let masks = ZipfTable(count: 25, exponent: 0.8)

    init(_ world: WorldParameters, seed: UInt64) {
        self.world = world
        parameters = world.miniMax
        foundShare = 1 - world.labels.missedCampaignShare
        let perInstrument = parameters.accountsPerInstrument * world.ablations(of: 2).accountsPerCardFactor
        instruments = ZipfTable(
            count: max(1, Int(parameters.accounts * world.scale / perInstrument)), exponent: 0.35)
        domains = ZipfTable(count: max(3, Int(parameters.catchAllDomains * world.scale)), exponent: 0.5)
        plan = Self.plan(world, seed: seed)
    }

    private static func plan(_ world: WorldParameters, seed: UInt64) -> CampaignPlan {
        let parameters = world.miniMax
        var stream = RandomStream(seed: seed)
        let lives = lives(world, &stream)
        let mean = world.ablations(of: 2).distillShare ?? parameters.distillShare
        var distilled = 0.0
        var weights: [Double] = []
        var shares: [Double] = []
        for life in lives {
            let share = stream.beta(2, 2 * (1 - mean) / mean)
            let weight = Double(life.dayCount) * stream.gamma(mean: 1, shape: 3)
            distilled += share * weight
            shares.append(share)
            weights.append(weight)
        }
        // So many exchanges in all that the distilled ones come out as disclosed, unless the share is an ablation.
        let total: Double =
            world.ablations(of: 2).distillShare == nil
            ? parameters.distilledExchanges * world.scale / distilled
            : parameters.exchangesPerAccount * Double(lives.count) / weights.reduce(0, +)
        var plan = CampaignPlan()
        for (index, life) in lives.enumerated() {
            var life = life
            life.distillShare = shares[index]
            let days = (0..<life.dayCount).map { day in
                (day == 0 ? CampaignPlan.firstDayWeight(life.birthMs) : 1) * stream.gamma(mean: 1, shape: 2.5)
            }
            let requests = stream.rounded(weights[index] * total)
            plan.add(life, counts: CampaignPlan.divide(requests, by: days, &stream))
        }
        plan.finish()
        return plan
    }

    /// A pool made in some weeks; whoever is banned is replaced within hours.
    private static func lives(_ world: WorldParameters, _ stream: inout RandomStream) -> [PlannedAccount] {
        let parameters = world.miniMax
        let count = world.scaled(parameters.accounts)
        let pool = min(count, world.scaled(parameters.pool))
        let first = parameters.days.lowerBound
        let end = parameters.days.upperBound + 1
        func life(birth: Double) -> PlannedAccount {
            let birthMs = CampaignPlan.birth(day: birth)
            let firstDay = WorldCalendar.day(birthMs)
            return PlannedAccount(birthMs: birthMs, firstDay: firstDay, dayCount: end - firstDay)
        }
        var lives = (0..<pool).map { _ in life(birth: Double(first) + stream.uniform(0, Double(parameters.rampDays))) }
        var bans = SortedUniforms(
            count: count - pool, from: Double(first + parameters.rampDays), to: Double(end - 4), seed: stream.next())
        while let ban = bans.next() {
            let endDay = Int(ban) + 1
            var index = stream.below(lives.count)
            while lives[index].banMs != nil || lives[index].firstDay >= endDay { index = stream.below(lives.count) }
            lives[index].dayCount = endDay - lives[index].firstDay
            lives[index].banMs = CampaignPlan.nightlyBan(endDay: endDay, &stream)
            lives.append(life(birth: Double(endDay) + stream.uniform(2, 12) / 24))
        }
        return lives
    }

    func membership(of account: PlannedAccount) -> Membership {
        Membership(kind: .campaign, campaign: "c3_minimax", segment: "relay", tallyIndex: 2)
    }

    /// The network's dispatcher moves its own work to the third model by plan.
    func pivotShare(hoursSinceLaunch: Double, launch: Int) -> Double? {
        launch == 2 ? parameters.pivotShare(hours: hoursSinceLaunch) : nil
    }

    func profile(
        of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) -> AccountProfile {
        var profile = draw.profile(.miniMax, serial: serial, &stream)
        let shared = SharedIdentity(identifiers: draw.identifiers, ablations: world.ablations(of: 2), serial: serial)
        let instrument = instruments.rank(stream.unit())
        profile.instrument = shared.value(.instrument, .miniMax, instrument, &stream)
        if stream.chance(0.4) { profile.billingAddress = shared.value(.billingAddress, .miniMax, instrument, &stream) }
        if profile.emailClass == 1, !stream.chance(world.ablations(of: 2).freshIdentifiers) {
            draw.setDomain(.miniMax, UInt64(domains.rank(stream.unit())), ageMedian: 240, &profile, &stream)
        }
        profile.mask = shared.value(.mask, .world, masks.rank(stream.unit()) * 5, &stream)
        if stream.chance(0.5) { profile.profileText = shared.value(.profile, .miniMax, stream.below(40), &stream) }
        useExits(&profile, draw, &stream)
        useTemplates(&profile, shared, account, &stream)
        let own = Capabilities([0, 0, 0, 5, 3.3, 1.7, 0, 0, 0, 0, 0, 0])
        profile.capability = profile.capability.blended(own, account.distillShare)
        shared.ablate(&profile, &stream)
        return profile
    }

    /// Residential exits kept for a day, a few accounts on each; commercial relays use the same ones.
    private func useExits(_ profile: inout AccountProfile, _ draw: ProfileDraw, _ stream: inout RandomStream) {
        guard profile.network.kind == 0, !stream.chance(world.ablations(of: 2).freshIdentifiers) else { return }
        let exits = max(4, Int(parameters.pool * world.scale / parameters.accountsPerExit))
        profile.network.first = UInt32(stream.below(max(1, min(exits, draw.pools.homes) - 4)))
        profile.network.size = 4
        profile.network.stickyHours = 24
    }

    private func useTemplates(
        _ profile: inout AccountProfile, _ shared: SharedIdentity, _ account: PlannedAccount,
        _ stream: inout RandomStream
    ) {
        if stream.chance(parameters.relayTemplateShare) {
            profile.template = shared.families(
                .miniMax, first: 1, count: 2, top: 0.9, share: Float(stream.uniform(0.45, 0.98)), spread: 0.1, &stream)
        } else if account.distillShare > 0.5 {
            profile.template = shared.families(
                .miniMax, first: 100, count: parameters.templateFamilies, top: 0.22,
                share: Float(account.distillShare), spread: 0.15, &stream)
        }
    }
}
