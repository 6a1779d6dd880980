extension FeatureCatalogue {
    /// The link family: the same measures for every class of identifier, then those that look across classes.
    ///
    /// Counts of others are divided by what is ordinary for the class, so that a campus address weighs less than a
    /// card, and saturate where the identifier is a hub.
    static let links: [Feature] = IdentifierClass.linked.flatMap(measures) + acrossClasses

    /// Long-standing company counts up to this multiple of what is ordinary: trust in a place has an end.
    static let trustedCompanyLimit = 16.0

    private static func measures(of identifierClass: IdentifierClass) -> [Feature] {
        let (ordinary, most) = (identifierClass.expectedDegree, identifierClass.saturationCount)
        func feature(
            _ name: String, _ direction: FeatureDirection, _ reason: ReasonCode, _ summary: String,
            value: @escaping @Sendable (LinkFacts) -> Double
        ) -> Feature {
            Feature(
                "link.\(identifierClass.word).\(name)", direction, reason, skewed: true, link: identifierClass, summary
            ) { $0.facts(identifierClass).map(value) ?? .nan }
        }
        let shared = sharingReason(of: identifierClass)
        let established = feature(
            "established", .lowers, .trustTenure,
            "long-standing accounts without an abusive label, against what is ordinary"
        ) { min($0.established / ordinary, trustedCompanyLimit) }
        let young = feature(
            "young_share", .raises, .signupBurstNetwork,
            "share of accounts that came in 7 days, 5 older ones added"
        ) { $0.youngShare }
        let verified = feature(
            "verified_share", .lowers, .trustVerifiedOrg, "share of accounts labelled verified, 5 others added"
        ) { $0.verifiedShare }
        return [
            feature("accounts", .raises, shared, "other accounts, against what is ordinary") {
                min($0.accounts, most) / ordinary
            },
            feature("organisations", .raises, shared, "other organisations, against what is ordinary") {
                min($0.organisations, most) / ordinary
            },
            feature("arrivals_1d", .raises, .signupBurstNetwork, "accounts that came, decayed over 1 day") {
                min($0.arrivals1d, most) / ordinary
            },
            feature("arrivals_7d", .raises, .signupBurstNetwork, "accounts that came, decayed over 7 days") {
                min($0.arrivals7d, most) / ordinary
            },
            feature("arrivals_30d", .raises, .signupBurstNetwork, "accounts that came, decayed over 30 days") {
                min($0.arrivals30d, most) / ordinary
            },
            feature("labelled_bad", .raises, .linkBannedRecent, "accounts labelled abusive") { $0.labelledBad },
            feature(
                "labelled_share", .raises, .linkBannedRecent, "share of accounts labelled abusive, 5 innocent added"
            ) { $0.labelledShare },
        ] + (identifierClass.isOrdinarilyShared ? [established] : [])
            + (youthSpeaks(of: identifierClass) ? [young] : [])
            + (identifierClass.isCostlyToShareWithVerified ? [verified] : [])
    }

    /// Whether the share of young accounts tells one identifier of a class from another. A card's few accounts are
    /// counted by their arrivals, and a hub of thousands is old wherever the service has been running for long.
    private static func youthSpeaks(of identifierClass: IdentifierClass) -> Bool {
        (4...200).contains(identifierClass.expectedDegree)
    }

    private static func sharingReason(of identifierClass: IdentifierClass) -> ReasonCode {
        switch identifierClass {
        case .instrument, .billingAddr, .issuerProgramme: .paySharedAcrossOrgs
        case .emailMask, .profileTemplate, .referral, .tlsClient: .signupPatternRepeat
        case .emailDomain, .emailMx: .signupEmailDomain
        case .ipPrefix, .asn: .signupBurstNetwork
        case .template, .prefix: .useTemplateShared
        case .device, .email, .phone, .org: .linkMultiIdentifier
        }
    }

    private static let acrossClasses: [Feature] = [
        Feature(
            "link.shared_classes", .raises, .linkMultiIdentifier, reading: .everyClass,
            "classes with more other accounts than is ordinary"
        ) { observation in
            var present = false
            var shared = 0.0
            for identifierClass in IdentifierClass.equallyLinked {
                guard let facts = observation.facts(identifierClass) else { continue }
                present = true
                if facts.accounts >= identifierClass.expectedDegree { shared += 1 }
            }
            return present ? shared : .nan
        },
        Feature(
            "link.weighted_classes", .raises, .linkMultiIdentifier, reading: .everyClass,
            "classes shared with other organisations beyond four, each ÷ ln(2 + what is ordinary)"
        ) { observation in
            var present = false
            var sum = 0.0
            for identifierClass in IdentifierClass.equallyLinked {
                guard let facts = observation.facts(identifierClass) else { continue }
                present = true
                sum += weights[identifierClass.rawValue] * sharedPart(facts, identifierClass)
            }
            return present ? sum : .nan
        },
        Feature(
            "link.inherited", .raises, .linkBannedRecent, reading: .init(inheritedFrom.map(LinkDependencies.facts)),
            "labelled shares of its template, profile and e-mail mask together, 0 to 3"
        ) { observation in
            var present = false
            var sum = 0.0
            for identifierClass in inheritedFrom {
                guard let facts = observation.facts(identifierClass) else { continue }
                present = true
                sum += facts.labelledShare
            }
            return present ? sum : .nan
        },
        Feature(
            "link.ban_recency", .raises, .linkBannedRecent, reading: .everyClass,
            "1 right after an account on any shared identifier was labelled abusive, ½ three days later, towards 0"
        ) { observation in
            var present = false
            var recency = 0.0
            for identifierClass in IdentifierClass.equallyLinked {
                guard let facts = observation.facts(identifierClass) else { continue }
                present = true
                guard facts.labelledBad > 0, let ban = facts.lastBanMs else { continue }
                recency = max(recency, banRecency(sinceMs: ban, atMs: observation.timeMs))
            }
            return present ? recency : .nan
        },
        Feature(
            "link.labelled_bad_total", .raises, .linkBannedRecent, skewed: true, reading: .everyClass,
            "labelled accounts, all classes"
        ) { observation in
            var present = false
            var count = 0.0
            for identifierClass in IdentifierClass.equallyLinked {
                guard let facts = observation.facts(identifierClass) else { continue }
                present = true
                count += facts.labelledBad
            }
            return present ? count : .nan
        },
    ]

    /// What an account takes over from one that was banned.
    private static let inheritedFrom: [IdentifierClass] = [.template, .profileTemplate, .emailMask]

    /// 1 right after a label, ½ three days later, towards 0.
    static func banRecency(sinceMs banMs: Int64, atMs: Int64) -> Double {
        1 / (1 + Double(max(0, atMs - banMs)) / 86_400_000 / 3)
    }

    /// Two to five honest people share what they like: so many other organisations on an identifier say nothing yet.
    static let innocentOrganisations = 4.0

    /// After Adamic and Adar, "Friends and neighbors on the Web" (2003): the rarer what is shared, the more it says. By
    /// what is ordinary for the class, not by the actual degree, or a network would weigh less the more it grows.
    private static let weights: [Double] =
        [0] + IdentifierClass.allCases.map { 1 / portableLog1p(1 + $0.expectedDegree) }

    /// 0 up to four other organisations, 1 from four plus what is ordinary on.
    private static func sharedPart(_ facts: LinkFacts, _ identifierClass: IdentifierClass) -> Double {
        max(0, min(1, (facts.organisations - innocentOrganisations) / identifierClass.expectedDegree))
    }
}
