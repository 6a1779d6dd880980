internal import Glibc

/// A group of honest accounts that belong together, and what they share.
struct Organisation: Sendable {
    let segment: Segment
    /// Its number in the world.
    let number: UInt64
    /// Days of its first and last seat's sign-up; below 0 before the world began.
    let firstDay: Double
    let lastDay: Double
    let size: Int
    let seed: UInt64

    /// The organisations of a segment that have so many accounts together.
    static func all(
        of segment: Segment, accounts: Int, firstNumber: UInt64, _ stream: inout RandomStream
    ) -> [Organisation] {
        var left = accounts
        var result: [Organisation] = []
        while left > 0 {
            let size = min(left, size(segment, index: result.count, of: accounts, &stream))
            let isExtra = Segment.extra.contains(segment)
            let days =
                isExtra
                ? extraDays : (segment == .hackathon ? 0 : -300)...Double(WorldCalendar.dayCount) - 12
            let firstDay = stream.uniform(days.lowerBound, days.upperBound)
            let span = span(segment, &stream)
            result.append(
                Organisation(
                    segment: segment, number: firstNumber + UInt64(result.count), firstDay: firstDay,
                    lastDay: min(firstDay + span, Double(WorldCalendar.dayCount) - 0.1), size: size,
                    seed: stream.next()))
            left -= size
        }
        return result
    }

    private static func size(
        _ segment: Segment, index: Int, of accounts: Int, _ stream: inout RandomStream
    ) -> Int {
        let size =
            switch segment {
            // One very large enterprise among them.
            case .enterprise: index == 0 ? 0.27 * Double(accounts) : stream.logNormal(median: 200, sigma: 1.22)
            case .universityLab: stream.logNormal(median: 35, sigma: 0.65)
            case .reseller: stream.logNormal(median: 50, sigma: 0.6)
            case .hackathon: stream.logNormal(median: 70, sigma: 0.5)
            case _ where Segment.extra.contains(segment): extraSize(segment, &stream)
            default: stream.logNormal(median: 6, sigma: 0.75)
            }
        return max(segment == .startup ? 2 : 3, min(Int(size), 6_000))
    }

    /// Days between the first and the last seat.
    private static func span(_ segment: Segment, _ stream: inout RandomStream) -> Double {
        switch segment {
        case .enterprise: stream.chance(0.4) ? 0.4 : stream.uniform(30, 200)
        // A term's beginning, or all of it.
        case .universityLab: stream.chance(0.5) ? stream.uniform(2, 14) : stream.uniform(40, 180)
        case .reseller: stream.uniform(60, 250)
        case .hackathon: stream.uniform(0.1, 0.6)
        case _ where Segment.extra.contains(segment): extraSpan(segment, &stream)
        default: stream.uniform(20, 240)
        }
    }

    /// Puts what a seat shares over what it drew.
    func share(with profile: inout AccountProfile, _ draw: ProfileDraw, _ stream: inout RandomStream) {
        // The organisation's own choices, the same for each seat.
        var own = RandomStream(seed: seed)
        profile.group = number
        switch segment {
        case .startup: shareStartup(&profile, draw, &own, &stream)
        case .universityLab: shareLab(&profile, draw, &own, &stream)
        case .enterprise, .rollout, .rolloutFirstDay:
            shareEnterprise(&profile, draw, &own, &stream)
            if segment == .rolloutFirstDay {
                // The provider gets the organisation's list of seats a day late.
                profile.organisationFromMs = CampaignPlan.birth(day: firstDay + 1)
            }
        case .reseller, .newReseller: shareReseller(&profile, draw, &own, &stream)
        case .hackathon, .hackathonDay: shareHackathon(&profile, draw, &own, &stream)
        default: shareExtra(with: &profile, draw, &own, &stream)
        }
    }

    func value(_ space: IdentifierSpace, _ draw: ProfileDraw, _ part: Int = 0) -> UInt64 {
        draw.identifiers.value(space, .organisation, number, UInt64(part))
    }

    /// A range of prefixes of the organisation, somewhere in the world's range of that kind.
    func egress(_ kind: Int, size: Int, users: Double, _ draw: ProfileDraw) -> NetworkAccess {
        var access = NetworkAccess()
        let range = draw.pools.range(kind: kind)
        access.owner = range.owner
        access.kind = Int8(kind)
        access.first = UInt32(mixed(seed, 0xE6) % UInt64(max(1, range.size - size)))
        access.size = UInt32(size)
        access.stickyHours = 10
        access.sharedUsers = Float(users)
        access.suspicion = Float(0.25 * unitHash(seed ^ 0x51))
        return access
    }

    private func shareStartup(
        _ profile: inout AccountProfile, _ draw: ProfileDraw, _ own: inout RandomStream, _ stream: inout RandomStream
    ) {
        let (virtual, range, product) = (own.chance(0.45), 1 + own.below(3), own.chance(0.6))
        if stream.chance(0.85) { profile.organisation = value(.organisation, draw) }
        if profile.emailClass == 1 { draw.setDomain(.organisation, number, ageMedian: 60, &profile, &stream) }
        if stream.chance(0.85) {
            profile.instrument = value(.instrument, draw)
            profile.billingAddress = value(.billingAddress, draw)
            profile.isVirtualCard = virtual
            let rank = virtual ? 1_000 + number % 24 : UInt64(draw.pools.programmes.rank(unitHash(seed)))
            profile.programme = draw.identifiers.value(.programme, .world, rank)
        }
        if profile.network.kind == 2 { profile.network = egress(2, size: range, users: 4, draw) }
        if profile.network.kind == 0, stream.chance(0.4) { profile.network = egress(0, size: 1, users: 8, draw) }
        if stream.chance(0.5) { profile.profileText = value(.profile, draw) }
        if profile.template.kind == .fixed, product {
            (profile.template.owner, profile.template.first) = (.organisation, number)
        }
    }

    private func shareLab(
        _ profile: inout AccountProfile, _ draw: ProfileDraw, _ own: inout RandomStream, _ stream: inout RandomStream
    ) {
        let (oneCard, permit, campus) = (own.chance(0.7), own.chance(0.25), own.below(draw.pools.universities))
        let (users, hour) = (own.uniform(20, 400), own.uniform(6, 22))
        if stream.chance(0.75) { profile.organisation = value(.organisation, draw) }
        if permit { profile.contract = 3 }
        if profile.emailClass == 3 {
            draw.setDomain(.university, UInt64(campus), ageMedian: 5_000, &profile, &stream)
            profile.mask = value(.mask, draw, stream.below(2))
            profile.localPartEntropy = Float(2.6 + 0.15 * stream.normal())
        }
        if profile.network.kind == 4 { profile.network = egress(4, size: 1, users: users, draw) }
        if oneCard {
            profile.instrument = value(.instrument, draw)
            profile.billingAddress = value(.billingAddress, draw)
        }
        if stream.chance(0.3) { profile.device = value(.device, draw, stream.below(max(1, size / 4))) }
        if stream.chance(0.4) {
            profile.template = TemplateUse()
            (profile.template.owner, profile.template.first) = (.organisation, number)
            profile.template.share = Float(stream.uniform(0.3, 0.95))
            profile.template.spread = 0.1
        }
        profile.startHour = Float(hour)
    }

    private func shareEnterprise(
        _ profile: inout AccountProfile, _ draw: ProfileDraw, _ own: inout RandomStream, _ stream: inout RandomStream
    ) {
        let (inspects, invoices, addresses) = (own.chance(0.3), own.chance(0.8), 1 + own.below(6))
        let (hour, lag, uniformMask) = (own.uniform(7, 20), own.exponential(mean: 60), own.chance(0.8))
        if stream.chance(0.95) { profile.organisation = value(.organisation, draw) }
        if stream.chance(0.92) { profile.contract = 1 }
        if profile.emailClass == 2 { draw.setDomain(.organisation, number, ageMedian: 5_000, &profile, &stream) }
        if uniformMask { profile.mask = value(.mask, draw, stream.below(3)) }
        if profile.network.kind == 3 {
            profile.network = egress(3, size: addresses, users: Double(size) / Double(addresses) + 5, draw)
        }
        if inspects {
            profile.tlsClient = value(.tlsClient, draw)
            profile.clients = 0.2
        }
        profile.clientLagDays = Float(min(400, lag))
        profile.instrument = value(.instrument, draw)
        profile.billingAddress = value(.billingAddress, draw)
        profile.instrumentKind = invoices ? 1 : profile.instrumentKind
        profile.startHour = Float(hour) + Float([0, 0, 0, 6, 13][stream.below(5)])
        if profile.startHour >= 24 { profile.startHour -= 24 }
        if profile.template.kind == .fixed, stream.chance(0.7) {
            (profile.template.owner, profile.template.first) = (.organisation, number * 8 + UInt64(stream.below(4)))
        }
        if stream.chance(0.8) { profile.profileText = value(.profile, draw) }
    }

    private func shareReseller(
        _ profile: inout AccountProfile, _ draw: ProfileDraw, _ own: inout RandomStream, _ stream: inout RandomStream
    ) {
        let load = own.logNormal(median: 500, sigma: 0.7)
        let (languages, range, hasUsers) = (own.uniform(5, 60), 2 + own.below(5), own.chance(0.6))
        if stream.chance(0.95) { profile.organisation = value(.organisation, draw) }
        if stream.chance(0.97) { profile.contract = 2 }
        if profile.emailClass != 0 { draw.setDomain(.organisation, number, ageMedian: 900, &profile, &stream) }
        profile.mask = value(.mask, draw, stream.below(2))
        profile.instrument = value(.instrument, draw)
        profile.billingAddress = value(.billingAddress, draw)
        profile.profileText = value(.profile, draw)
        if profile.network.kind == 2 { profile.network = egress(2, size: range, users: 30, draw) }
        // The balancer gives each key about the same.
        profile.requestsPerDay = Float(load * stream.gamma(mean: 1, shape: 20))
        profile.daySigma = 0.25
        profile.languages = Float(languages)
        if !hasUsers { profile.endUsers = 0 }
    }

    private func shareHackathon(
        _ profile: inout AccountProfile, _ draw: ProfileDraw, _ own: inout RandomStream, _ stream: inout RandomStream
    ) {
        let kind = [3, 4, 0][own.below(3)]
        if stream.chance(0.85) { profile.network = egress(kind, size: 1, users: Double(size), draw) }
        if profile.referral != 0 { profile.referral = value(.referral, draw) }
        if stream.chance(0.35) {
            profile.template = TemplateUse()
            (profile.template.owner, profile.template.first) = (.organisation, number)
            profile.template.share = Float(stream.uniform(0.3, 0.95))
        }
        if stream.chance(0.3) { profile.profileText = value(.profile, draw) }
    }
}
