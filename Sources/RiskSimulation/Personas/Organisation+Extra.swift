/// Organisations of the extra segments.
extension Organisation {
    /// Their first seats sign up on these days: 2026-04-22 to 2026-05-20.
    static let extraDays = 172.0...200.0

    /// Seats of an organisation of an extra segment.
    static func extraSize(_ segment: Segment, _ stream: inout RandomStream) -> Double {
        switch segment {
        case .classOnNat: min(400, max(30, stream.logNormal(median: 90, sigma: 0.7)))
        case .rollout, .rolloutFirstDay: 2_000
        case .auditApp: stream.logNormal(median: 8, sigma: 0.75)
        case .nightlyRegression: stream.logNormal(median: 12, sigma: 0.8)
        case .gateway: stream.logNormal(median: 60, sigma: 0.7)
        case .migration: stream.logNormal(median: 150, sigma: 0.8)
        case .hackathonDay: stream.logNormal(median: 90, sigma: 0.5)
        default: stream.logNormal(median: 50, sigma: 0.6)
        }
    }

    /// Days between the first and the last seat.
    static func extraSpan(_ segment: Segment, _ stream: inout RandomStream) -> Double {
        switch segment {
        // In the first lecture, or in the first week.
        case .classOnNat: stream.chance(0.5) ? 0.08 : 7
        case .rollout, .rolloutFirstDay: 0.4
        case .migration: 0.5
        case .hackathonDay: stream.uniform(0.1, 0.6)
        default: stream.uniform(1, 12)
        }
    }

    /// Puts what a seat of an extra segment shares over what it drew.
    func shareExtra(
        with profile: inout AccountProfile, _ draw: ProfileDraw, _ own: inout RandomStream,
        _ stream: inout RandomStream
    ) {
        switch segment {
        case .classOnNat: shareClass(&profile, draw, &own, &stream)
        case .auditApp: shareTeam(&profile, draw, &own, &stream)
        case .nightlyRegression:
            shareTeam(&profile, draw, &own, &stream)
            profile.requestsPerDay = Float(own.logNormal(median: 700, sigma: 0.6) * stream.gamma(mean: 1, shape: 12))
            profile.startHour = Float(own.uniform(0, 23))
        case .gateway:
            shareTeam(&profile, draw, &own, &stream)
            // The balancer gives each key about the same.
            profile.requestsPerDay = Float(own.logNormal(median: 600, sigma: 0.7) * stream.gamma(mean: 1, shape: 20))
            profile.daySigma = 0.25
            profile.languages = Float(own.uniform(3, 40))
        case .migration: shareTeam(&profile, draw, &own, &stream)
        default: break
        }
    }

    /// Students of one course: one address, lessons at the same hours, personal mail as often as the university's.
    private func shareClass(
        _ profile: inout AccountProfile, _ draw: ProfileDraw, _ own: inout RandomStream, _ stream: inout RandomStream
    ) {
        let (oneCard, campus, hour) = (own.chance(0.6), own.below(draw.pools.universities), own.uniform(6, 20))
        if profile.emailClass == 3 {
            draw.setDomain(.university, UInt64(campus), ageMedian: 5_000, &profile, &stream)
            profile.mask = value(.mask, draw)
        }
        if stream.chance(0.3) { profile.organisation = value(.organisation, draw) }
        if profile.network.kind == 4 { profile.network = egress(4, size: 1, users: Double(size) * 1.5, draw) }
        if oneCard, stream.chance(0.9) {
            profile.instrument = value(.instrument, draw)
            profile.billingAddress = value(.billingAddress, draw)
        }
        // Everybody does the same exercise.
        if stream.chance(0.6) { useOwnTemplate(&profile, share: stream.uniform(0.3, 0.95)) }
        if stream.chance(0.3) { profile.device = value(.device, draw, stream.below(max(1, size / 4))) }
        profile.startHour = Float(hour)
    }

    /// Keys of one customer: one card or invoice, one domain, one egress, one product.
    private func shareTeam(
        _ profile: inout AccountProfile, _ draw: ProfileDraw, _ own: inout RandomStream, _ stream: inout RandomStream
    ) {
        let (range, invoices) = (1 + own.below(3), own.chance(0.4))
        if stream.chance(0.85) { profile.organisation = value(.organisation, draw) }
        if profile.emailClass == 1 || profile.emailClass == 2 {
            draw.setDomain(.organisation, number, ageMedian: 700, &profile, &stream)
        }
        profile.mask = value(.mask, draw, stream.below(3))
        profile.instrument = value(.instrument, draw)
        profile.billingAddress = value(.billingAddress, draw)
        if invoices { profile.instrumentKind = 1 }
        if profile.network.kind == 2 { profile.network = egress(2, size: range, users: 10, draw) }
        if stream.chance(0.7) { profile.profileText = value(.profile, draw) }
        if stream.chance(0.9) { useOwnTemplate(&profile, share: Double(profile.template.share)) }
    }

    private func useOwnTemplate(_ profile: inout AccountProfile, share: Double) {
        profile.template = TemplateUse()
        (profile.template.owner, profile.template.first) = (.organisation, number)
        (profile.template.share, profile.template.spread) = (Float(share), 0.1)
    }
}
