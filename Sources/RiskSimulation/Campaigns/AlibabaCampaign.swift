internal import Glibc

/// The campaign alleged of Alibaba: a first pool that is banned at once, and a second that takes its place.
struct AlibabaCampaign: PlannedPopulation {
    let plan: CampaignPlan
    let foundShare: Double
    private let parameters: AlibabaParameters
    private let world: WorldParameters
    /// Accounts with mail of their own domains share one of so many.
    private let domainCount: Int

    init(_ world: WorldParameters, seed: UInt64) {
        self.world = world
        parameters = world.alibaba
        foundShare = 1 - world.labels.missedCampaignShare
        domainCount = max(3, Int(160 * world.scale))
        plan = Self.plan(world, seed: seed)
    }

    private static func plan(_ world: WorldParameters, seed: UInt64) -> CampaignPlan {
        var stream = RandomStream(seed: seed)
        let lives = firstPool(world, &stream) + secondPool(world, &stream)
        let weights = lives.map { _ in stream.gamma(mean: 1, shape: 5) }
        var counts = lives.map { Array(repeating: 0, count: $0.dayCount) }
        let volumes = volumes(world.alibaba)
        let factor = world.alibaba.exchanges * world.scale / volumes.reduce(0, +)
        for (offset, volume) in volumes.enumerated() {
            let day = world.alibaba.days.lowerBound + offset
            let live = lives.indices.filter { lives[$0].firstDay <= day && day < lives[$0].endDay }
            let shares = live.map { index in
                let first = lives[index].firstDay == day ? CampaignPlan.firstDayWeight(lives[index].birthMs) : 1
                return weights[index] * first * stream.gamma(mean: 1, shape: 6)
            }
            let capped = capped(shares, total: volume * factor, cap: world.alibaba.dailyCap)
            let total = Int(capped.reduce(0, +).rounded())
            for (index, count) in zip(live, CampaignPlan.divide(total, by: capped, &stream)) {
                counts[index][day - lives[index].firstDay] = count
            }
        }
        var plan = CampaignPlan()
        for (life, days) in zip(lives, counts) {
            var life = life
            if let mean = world.ablations(of: 3).distillShare {
                life.distillShare = stream.beta(2, 2 * (1 - mean) / mean)
            }
            plan.add(life, counts: days)
        }
        plan.finish()
        return plan
    }

    /// Exchanges of each day before rescaling.
    private static func volumes(_ parameters: AlibabaParameters) -> [Double] {
        var volumes = parameters.days.map { day in
            let rise =
                Double(day - parameters.days.lowerBound)
                / Double(parameters.plateauDay - parameters.days.lowerBound)
            return parameters.firstVolume + (parameters.plateauVolume - parameters.firstVolume) * min(1, rise)
        }
        let ban = parameters.banDay - parameters.days.lowerBound
        for (day, share) in parameters.volumeAfterBan.enumerated() { volumes[ban + day] = share * volumes[ban - 1] }
        return volumes
    }

    /// Shares of a total of which none is above the cap; what the cap takes goes to the others.
    private static func capped(_ shares: [Double], total: Double, cap: Double) -> [Double] {
        var result = shares
        for _ in 0..<4 {
            let free = result.reduce(0) { $0 + ($1 < cap ? $1 : 0) }
            let taken = result.reduce(0) { $0 + ($1 < cap ? 0 : cap) }
            guard free > 0 else { break }
            let factor = max(0, total - taken) / free
            result = result.map { $0 < cap ? min(cap, $0 * factor) : cap }
        }
        return result
    }

    private static func firstPool(_ world: WorldParameters, _ stream: inout RandomStream) -> [PlannedAccount] {
        let parameters = world.alibaba
        let banMs = WorldCalendar.ms(day: parameters.banDay) + WorldCalendar.hourMs / 2
        let weights = (0..<parameters.firstPoolBirthDays).map { pow(0.78, Double($0)) }
        return (0..<world.scaled(parameters.firstPoolAccounts)).map { _ in
            let offset = stream.choice(weights)
            // The first are made overnight.
            let hour = offset == 0 ? stream.uniform(0, 5) : stream.uniform(0, 24)
            let day = parameters.days.lowerBound + offset
            var account = PlannedAccount(
                birthMs: CampaignPlan.birth(day: Double(day) + hour / 24), firstDay: day,
                dayCount: parameters.banDay - day)
            account.banMs = banMs + Int64(stream.below(Int(WorldCalendar.hourMs)))
            return account
        }
    }

    private static func secondPool(_ world: WorldParameters, _ stream: inout RandomStream) -> [PlannedAccount] {
        let parameters = world.alibaba
        let last = parameters.days.upperBound
        let first = parameters.banDay - 1
        // Most of a live pool is made in the two days around the ban.
        let weights = (first...last).map { day in day == first ? 0.8 : day <= first + 2 ? 2.0 : day == last ? 0.6 : 0.92
        }
        let median = world.ablations(of: 3).poolLifeDays ?? parameters.lifeDaysMedian
        return (0..<world.scaled(parameters.secondPoolAccounts)).map { _ in
            let day = first + stream.choice(weights)
            let hour = stream.uniform(0, day == last ? 12 : 24)
            let life = stream.logNormal(median: median, sigma: parameters.lifeDaysSigma)
            var account = PlannedAccount(
                birthMs: CampaignPlan.birth(day: Double(day) + hour / 24), firstDay: day,
                dayCount: min(max(1, Int(life.rounded())), last + 1 - day))
            account.cohort = 1
            account.isAged = stream.chance(parameters.stolenKeyShare)
            return account
        }
    }

    func membership(of account: PlannedAccount) -> Membership {
        Membership(
            kind: .campaign, campaign: "c4_alibaba",
            segment: account.cohort == 0 ? "pool1" : account.isAged ? "pool2_stolen" : "pool2", tallyIndex: 3)
    }

    func pivotShare(hoursSinceLaunch: Double, launch: Int) -> Double? {
        launch == 3 ? min(0.85, parameters.pivotShare * (hoursSinceLaunch / 24).squareRoot()) : nil
    }

    func profile(
        of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) -> AccountProfile {
        let persona: Persona = account.isAged ? .stolenKey : account.cohort == 0 ? .alibabaFirst : .alibabaSecond
        var profile = draw.profile(persona, serial: serial, &stream)
        let shared = SharedIdentity(identifiers: draw.identifiers, ablations: world.ablations(of: 3), serial: serial)
        profile.group = 0xC4
        profile.rhythm = .pooled
        profile.capability = Capabilities(
            Persona.alibabaFirst.capability.map { $0 <= 0 ? 0 : stream.gamma(shape: $0 * 25) })
        profile.cotRate = Float(stream.beta(12 * parameters.cotRate, 12 * (1 - parameters.cotRate)))
        profile.template = shared.families(
            .alibaba, first: 1, count: 1, top: 1,
            share: Float(stream.beta(12 * parameters.templateShare, 12 * (1 - parameters.templateShare))), spread: 0.1,
            &stream)
        if account.distillShare < 1 { mix(&profile, account.distillShare, draw, &stream) }
        (profile.switchHours, profile.switchShare) = (24, 0.9)
        if !account.isAged { shareSignup(&profile, account, shared, draw, &stream) }
        useExits(&profile, account, draw, &stream)
        shared.ablate(&profile, &stream)
        return profile
    }

    /// Ordinary developers' requests around the campaign's, as an ablation; their template is the commonest where the
    /// campaign's is seldom sent.
    private func mix(
        _ profile: inout AccountProfile, _ share: Double, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) {
        let developer = Persona.codingIndividual
        let ordinary = Capabilities(
            developer.capability.map { $0 <= 0 ? 0 : stream.gamma(shape: $0 * developer.capabilityFocus) })
        profile.capability = ordinary.blended(profile.capability, share)
        profile.cotRate *= Float(share)
        profile.template.share *= Float(share)
        guard profile.template.share < 0.35 else { return }
        profile.template = draw.template(developer, mixed(profile.account, 0xD1) >> 24, &stream)
        profile.template.share *= Float(1 - share)
    }

    private func shareSignup(
        _ profile: inout AccountProfile, _ account: PlannedAccount, _ shared: SharedIdentity, _ draw: ProfileDraw,
        _ stream: inout RandomStream
    ) {
        let second = account.cohort
        let accounts = (second == 0 ? parameters.firstPoolAccounts : parameters.secondPoolAccounts) * world.scale
        let perCard = parameters.accountsPerCard[second] * world.ablations(of: 3).accountsPerCardFactor
        let card = second * 10_000_000 + stream.below(max(1, Int(accounts / perCard)))
        profile.instrument = shared.value(.instrument, .alibaba, card, &stream)
        // The first pool's six programmes of virtual cards are also other people's.
        if profile.isVirtualCard, second == 0 || stream.chance(parameters.inheritedProgramme) {
            profile.programme = shared.value(.programme, .world, 1_000 + 2 * stream.below(6), &stream)
        }
        if profile.emailClass == 1, !stream.chance(world.ablations(of: 3).freshIdentifiers) {
            let domain = UInt64(second * 10_000 + stream.below(domainCount))
            draw.setDomain(.alibaba, domain, ageMedian: 200, &profile, &stream)
        }
        if second == 0 || stream.chance(parameters.inheritedMask) {
            profile.mask = shared.value(.mask, .world, 15 + 4 * stream.below(12), &stream)
        }
        if second == 0, stream.chance(0.5) {
            profile.profileText = shared.value(.profile, .alibaba, stream.below(20), &stream)
        }
        let device = stream.below(world.scaled(parameters.firstPoolAccounts))
        if second == 0 {
            profile.device = shared.value(.device, .alibaba, account.index, &stream)
        } else if stream.chance(parameters.inheritedDevice) {
            profile.device = shared.value(.device, .alibaba, device, &stream)
        }
    }

    /// Exits of residential proxies are homes; the second pool keeps a part of the first's.
    private func useExits(
        _ profile: inout AccountProfile, _ account: PlannedAccount, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) {
        guard profile.network.kind == 0, !stream.chance(world.ablations(of: 3).freshIdentifiers) else { return }
        let exits = max(4, min(Int(1_400 * world.scale), draw.pools.homes / 4))
        let inherits = account.cohort == 0 || stream.chance(parameters.inheritedExit)
        let first = draw.pools.homes / 3 + (inherits ? 0 : exits)
        profile.network.first = UInt32(first + stream.below(exits))
        profile.network.size = 3
        profile.network.stickyHours = 18
    }
}
