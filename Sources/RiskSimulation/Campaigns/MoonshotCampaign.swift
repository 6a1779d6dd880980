internal import Glibc

/// The campaign alleged of Moonshot: unlike accounts over many ways in, then a late phase after reasoning traces.
struct MoonshotCampaign: PlannedPopulation {
    let plan: CampaignPlan
    let foundShare: Double
    private let world: WorldParameters
    private let families = ZipfTable(count: 60, exponent: 0.45)

    init(_ world: WorldParameters, seed: UInt64) {
        self.world = world
        foundShare = 1 - world.labels.missedCampaignShare
        var stream = RandomStream(seed: seed)
        var plan = CampaignPlan()
        let parameters = world.moonshot
        let late = max(1, Int((Double(world.scaled(parameters.accounts)) * parameters.lateAccountShare).rounded()))
        let early = world.scaled(parameters.accounts) - late
        let volume = parameters.exchanges * world.scale
        Self.add(early, volume: volume * (1 - parameters.lateVolumeShare), cohort: 0, world, &plan, &stream)
        Self.add(late, volume: volume * parameters.lateVolumeShare, cohort: 1, world, &plan, &stream)
        plan.finish()
        self.plan = plan
    }

    private static func add(
        _ count: Int, volume: Double, cohort: Int, _ world: WorldParameters, _ plan: inout CampaignPlan,
        _ stream: inout RandomStream
    ) {
        let parameters = world.moonshot
        let days = parameters.days
        let births =
            cohort == 0
            ? (Double(days.lowerBound), Double(days.upperBound - 25))
            : (Double(parameters.lateFromDay - 2), Double(parameters.lateFromDay + 9))
        var lives: [PlannedAccount] = []
        var weights: [Double] = []
        for _ in 0..<count {
            let birthMs = CampaignPlan.birth(day: stream.uniform(births.0, births.1))
            let firstDay = WorldCalendar.day(birthMs)
            let life = Int(max(3, stream.logNormal(median: parameters.lifeDaysMedian, sigma: 0.5)))
            var account = PlannedAccount(
                birthMs: birthMs, firstDay: firstDay, dayCount: min(life, days.upperBound + 1 - firstDay))
            account.cohort = cohort
            lives.append(account)
            weights.append(stream.logNormal(median: 1, sigma: cohort == 0 ? parameters.totalSigma : 0.5))
        }
        let totals = CampaignPlan.divide(Int(volume.rounded()), by: weights, &stream)
        for (life, total) in zip(lives, totals) {
            let ramp = stream.uniform(3, 7)
            let shares = (0..<life.dayCount).map { day in
                let weekend = WorldCalendar.weekday(life.firstDay + day) >= 5 ? 0.6 : 1
                let first = day == 0 ? CampaignPlan.firstDayWeight(life.birthMs) : 1
                return first * min(1, (Double(day) + 0.6) / ramp) * weekend * stream.gamma(mean: 1, shape: 1.8)
            }
            plan.add(life, counts: CampaignPlan.divide(total, by: shares, &stream))
        }
    }

    func membership(of account: PlannedAccount) -> Membership {
        Membership(
            kind: .campaign, campaign: "c2_moonshot", segment: account.cohort == 0 ? "varied" : "late",
            tallyIndex: 1)
    }

    func profile(
        of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) -> AccountProfile {
        var profile = draw.profile(.moonshot, serial: serial, &stream)
        let parameters = world.moonshot
        let shared = SharedIdentity(identifiers: draw.identifiers, ablations: world.ablations(of: 1), serial: serial)
        let cards =
            Double(plan.accounts.count) / parameters.accountsPerCard / world.ablations(of: 1).accountsPerCardFactor
        profile.instrument = shared.value(.instrument, .moonshot, stream.below(max(1, Int(cards))), &stream)
        // Team plans of two to five accounts with a domain and an address in common; small domains otherwise.
        let team = account.index / 4
        if stream.chance(0.2) {
            profile.organisation = shared.value(.organisation, .moonshot, team, &stream)
            profile.billingAddress = shared.value(.billingAddress, .moonshot, team, &stream)
        }
        if profile.emailClass == 1, !stream.chance(world.ablations(of: 1).freshIdentifiers) {
            draw.setDomain(.moonshot, UInt64(account.index / 2), ageMedian: 70, &profile, &stream)
        }
        let access = profile.network
        if stream.chance(0.6), !stream.chance(world.ablations(of: 1).freshIdentifiers) {
            // Sixteen accounts on ten prefixes, spread over everybody's.
            let range = draw.pools.range(kind: Int(access.kind)).size
            profile.network.first = UInt32(mixed(0xC2, UInt64(account.index / 2)) % UInt64(range))
            profile.network.size = 1
        }
        if stream.chance(0.3) {
            profile.startHour = Float((25 + 3 * stream.normal()).truncatingRemainder(dividingBy: 24))
        }
        if account.cohort == 1 {
            profile.capability = Capabilities([0, 0, 0.3, 0.8, 1.2, 0.4, 0.2, 0.2, 6, 0.4, 0.1, 0.1])
            profile.cotRate = Float(stream.beta(8 * parameters.lateCotRate, 8 * (1 - parameters.lateCotRate)))
            profile.template = shared.families(
                .moonshot, first: 100, count: parameters.lateTemplateFamilies, top: parameters.lateTopTemplateShare,
                share: profile.template.share, spread: 0.15, &stream)
        } else {
            profile.template = shared.families(
                .moonshot, first: 1 + families.rank(stream.unit()), count: 1, top: 1,
                share: profile.template.share, spread: 0.2, &stream)
        }
        shared.ablate(&profile, &stream)
        return profile
    }
}
