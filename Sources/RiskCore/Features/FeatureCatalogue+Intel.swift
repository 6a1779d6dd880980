extension FeatureCatalogue {
    /// What the caller and its partners know: counts of links, and indicators that matched. Missing if none was given.
    static let intel: [Feature] = [
        linkCount("accounts_1d", .signupBurstNetwork, "in 1 day") { $0.accounts1d },
        linkCount("accounts_7d", .linkMultiIdentifier, "in 7 days") { $0.accounts7d },
        linkCount("accounts_30d", .linkMultiIdentifier, "in 30 days") { $0.accounts30d },
        Feature(
            "intel.banned", .raises, .linkBannedRecent, skewed: true,
            "most banned accounts on an identifier, by the caller's counts"
        ) { largest($0.event.intelLinks, isCaller) { $0.banned.map { Double($0) } } },
        Feature(
            "intel.banned_share", .raises, .linkBannedRecent,
            "largest banned share of an identifier's accounts in 30 days, by the caller's counts, shrunk by 5 accounts"
        ) { largest($0.event.intelLinks, isCaller, bannedShare) },
        Feature(
            "intel.partner_accounts_30d", .raises, .intelPartner, skewed: true,
            "most accounts on an identifier in 30 days, by partners' counts, against what is ordinary"
        ) { largest($0.event.intelLinks, isPartner) { perOrdinary($0.accounts30d, $0) } },
        Feature(
            "intel.partner_banned", .raises, .intelPartner, skewed: true,
            "most banned accounts on an identifier, by partners' counts, at most 20"
        ) { largest($0.event.intelLinks, isPartner) { $0.banned.map { min(Double($0), partnerBannedLimit) } } },
        Feature(
            "intel.partner_hits", .raises, .intelPartner,
            "partners' indicators that matched: confidence × reliability of the class, halved in 30 days; at most 2"
        ) { observation in
            let hits = observation.event.partnerHits
            if hits.isEmpty { return .nan }
            return min(partnerHitLimit, hits.reduce(0) { $0 + weight(of: $1) })
        },
    ]

    /// Indicators of others can be stale or wrong: together they weigh no more than this many sure ones.
    static let partnerHitLimit = 2.0
    static let partnerBannedLimit = 20.0
    /// The confidence of a hit that states none.
    static let unstatedConfidence = 0.5
    /// The age of a hit that states none, days.
    static let unstatedAgeDays = 30.0

    /// What one hit weighs, 0 to 1.
    static func weight(of hit: PartnerHit) -> Double {
        let age = hit.ageDays.map { Double($0) } ?? unstatedAgeDays
        return (hit.confidence ?? unstatedConfidence) * reliabilities[hit.identifierClass.rawValue] / (1 + age / 30)
    }

    /// How much a matched identifier says of one account: 1 for a card, 0.42 for an address range, 0.1 for a TLS
    /// fingerprint.
    private static let reliabilities: [Double] =
        [0] + IdentifierClass.allCases.map { 1 / (1 + portableLog1p($0.expectedDegree - 1)) }

    private static func linkCount(
        _ name: String, _ reason: ReasonCode, _ window: String, _ count: @escaping @Sendable (IntelLink) -> UInt64?
    ) -> Feature {
        Feature(
            "intel.\(name)", .raises, reason, skewed: true,
            "most accounts on an identifier \(window), by the caller's counts, against what is ordinary"
        ) { largest($0.event.intelLinks, isCaller) { perOrdinary(count($0), $0) } }
    }

    private static func isPartner(_ link: IntelLink) -> Bool { link.source == .partner }
    private static func isCaller(_ link: IntelLink) -> Bool { link.source != .partner }

    /// A count against what the caller, or else the class, calls ordinary. Less than one account is never ordinary.
    private static func perOrdinary(_ count: UInt64?, _ link: IntelLink) -> Double? {
        count.map {
            min(Double($0), link.identifierClass.saturationCount)
                / max(1, link.expectedDegree ?? link.identifierClass.expectedDegree)
        }
    }

    private static func bannedShare(_ link: IntelLink) -> Double? {
        guard let banned = link.banned, let accounts = link.accounts30d else { return nil }
        return Double(banned) / (Double(max(banned, accounts)) + LinkFacts.innocentAccounts)
    }

    private static func largest(
        _ links: [IntelLink], _ isWanted: (IntelLink) -> Bool, _ value: (IntelLink) -> Double?
    ) -> Double {
        var largest = Double.nan
        for link in links where isWanted(link) {
            if let value = value(link), !(value <= largest) { largest = value }
        }
        return largest
    }
}
