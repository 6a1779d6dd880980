internal import Glibc

/// The campaign alleged of DeepSeek: equal accounts on one queue, few cards, replaced as they end.
struct DeepSeekCampaign: PlannedPopulation {
    let plan: CampaignPlan
    let foundShare: Double
    private let parameters: DeepSeekParameters
    private let world: WorldParameters
    private let cards: ZipfTable
    private let prefixCount: Int

    init(_ world: WorldParameters, seed: UInt64) {
        self.world = world
        parameters = world.deepSeek
        foundShare = 1 - world.labels.missedCampaignShare
        let cardCount = parameters.cards * world.scale / world.ablations(of: 0).accountsPerCardFactor
        cards = ZipfTable(count: max(1, Int(cardCount.rounded(.up))), exponent: 1.1)
        prefixCount = max(2, Int(parameters.prefixes * world.scale))
        plan = Self.plan(world, seed: seed)
    }

    private static func plan(_ world: WorldParameters, seed: UInt64) -> CampaignPlan {
        let parameters = world.deepSeek
        var stream = RandomStream(seed: seed)
        let lives = lives(world, &stream)
        let shape = 1 / (parameters.totalVariation * parameters.totalVariation)
        let weights = lives.map { _ in stream.gamma(shape: shape) }
        let totals = CampaignPlan.divide(
            Int((parameters.exchanges * world.scale).rounded()), by: weights, &stream)
        var plan = CampaignPlan()
        for (life, total) in zip(lives, totals) {
            let days = (0..<life.dayCount).map { day in
                (day == 0 ? CampaignPlan.firstDayWeight(life.birthMs) : 1) * stream.gamma(mean: 1, shape: 8)
            }
            plan.add(life, counts: CampaignPlan.divide(total, by: days, &stream))
        }
        plan.finish()
        return plan
    }

    /// A first pool, then a new account for each that ends, until all have been made.
    private static func lives(_ world: WorldParameters, _ stream: inout RandomStream) -> [PlannedAccount] {
        let parameters = world.deepSeek
        let count = world.scaled(parameters.accounts)
        let lastBirth = Double(parameters.days.upperBound - 4)
        var births = (0..<min(count, world.scaled(parameters.firstPool))).map { _ in
            Double(parameters.days.lowerBound) + stream.uniform(0, 4)
        }
        var lives: [PlannedAccount] = []
        while lives.count < count {
            let next = births.popLast() ?? stream.uniform(Double(parameters.days.lowerBound), lastBirth)
            let birth = min(next, lastBirth)
            let days = stream.logNormal(median: parameters.lifeDaysMedian, sigma: 0.67)
            var endDay = min(parameters.days.upperBound + 1, Int(birth + days) + 2)
            var banMs: Int64?
            for wave in parameters.banWaveDays where Int(birth) + 1 < wave && wave < endDay {
                guard stream.chance(parameters.banWaveShare) else { continue }
                endDay = wave
                banMs = CampaignPlan.nightlyBan(endDay: wave, &stream)
                break
            }
            let birthMs = CampaignPlan.birth(day: birth)
            let firstDay = WorldCalendar.day(birthMs)
            var life = PlannedAccount(birthMs: birthMs, firstDay: firstDay, dayCount: endDay - firstDay)
            life.banMs = banMs
            lives.append(life)
            let replacement = Double(endDay) + stream.uniform(6, 30) / 24
            if replacement < lastBirth, lives.count + births.count < count { births.append(replacement) }
        }
        return lives
    }

    func membership(of account: PlannedAccount) -> Membership {
        Membership(kind: .campaign, campaign: "c1_deepseek", segment: "queue", tallyIndex: 0)
    }

    func profile(
        of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) -> AccountProfile {
        var profile = draw.profile(.deepSeek, serial: serial, &stream)
        let shared = SharedIdentity(identifiers: draw.identifiers, ablations: world.ablations(of: 0), serial: serial)
        let card = cards.rank(stream.unit())
        profile.instrument = shared.value(.instrument, .deepSeek, card, &stream)
        if stream.chance(0.7) {
            profile.billingAddress = shared.value(.billingAddress, .deepSeek, card, &stream)
        }
        if profile.emailClass == 1 {
            draw.setDomain(
                .deepSeek, UInt64(stream.below(max(2, Int(12 * world.scale)))), ageMedian: 150, &profile, &stream)
            if stream.chance(world.ablations(of: 0).freshIdentifiers) {
                draw.setDomain(.account, serial, ageMedian: 150, &profile, &stream)
            }
        }
        // Five of the world's common masks.
        profile.mask = shared.value(.mask, .world, [3, 7, 11, 26, 41][stream.below(5)], &stream)
        if stream.chance(0.5) { profile.profileText = shared.value(.profile, .deepSeek, stream.below(8), &stream) }
        if profile.network.kind != 0, !stream.chance(world.ablations(of: 0).freshIdentifiers) {
            // Racks and VPN exits among everybody's, always the same ones.
            let own = mixed(0xC1, UInt64(stream.below(prefixCount)))
            profile.network.first = UInt32(own % UInt64(draw.pools.range(kind: Int(profile.network.kind)).size))
            profile.network.size = 1
        }
        profile.group = 0xC1
        profile.template = shared.families(
            .deepSeek, first: 1, count: parameters.templateFamilies, top: parameters.topTemplateShare,
            share: profile.template.share, spread: 0.12, &stream)
        profile.cotRate = Float(stream.beta(12 * parameters.cotRate, 12 * (1 - parameters.cotRate)))
        shared.ablate(&profile, &stream)
        return profile
    }
}
