extension FeatureCatalogue {
    /// The cluster family: what the account's cluster, which is more than any one identifier, says.
    ///
    /// Missing for whoever is in none, which counts as the lowest value of each: absence of a link is no evidence.
    /// How many, how sure and how alike they are says nothing of up to four other organisations: founders, families and
    /// a laboratory's first students are clusters, too. All that is taken over accounts counts by the share of other
    /// organisations among them: the seats of a company that takes up the service are new at once and alike.
    static let clusters: [Feature] =
        [
            cluster(
                "accounts", .raises, .linkMultiIdentifier, skewed: true, "other accounts beyond four",
                { beyondInnocent($0.accounts) }),
            cluster(
                "organisations", .raises, .linkMultiIdentifier, skewed: true, "other organisations beyond four",
                { beyondInnocent($0.organisations) }),
            cluster(
                "unrelated_share", version: 2, .raises, .linkMultiIdentifier,
                "organisations beyond four for each account, five related ones added",
                { beyondInnocent($0.organisations) / ($0.accounts + LinkFacts.innocentAccounts) }),
            cluster(
                "tie", version: 2, .raises, .linkMultiIdentifier,
                "how surely the account belongs, beyond what it takes, in nats; if over four other organisations do",
                { $0.organisations > innocentOrganisations ? max(0, $0.tie - ClusterFacts.tieThreshold) : 0 }),
            cluster(
                "tie_kinds", version: 2, .raises, .linkMultiIdentifier,
                "kinds of identifier shared with it, if over four other organisations belong",
                { $0.organisations > innocentOrganisations ? $0.tieKinds : 0 }),
            cluster(
                "arrivals_1d", version: 2, .raises, .signupBurstNetwork, skewed: true,
                "unrelated accounts that joined, decayed over 1 day, beyond four",
                { min(beyondInnocent($0.arrivals1d * unrelated($0)), mostArrivals) }),
            cluster(
                "arrivals_7d", version: 2, .raises, .signupBurstNetwork, skewed: true,
                "unrelated accounts that joined, decayed over 7 days, beyond four",
                { min(beyondInnocent($0.arrivals7d * unrelated($0)), mostArrivals) }),
            cluster(
                "young_share", version: 2, .raises, .signupBurstNetwork,
                "share of accounts that are unrelated and joined in 7 days, five older ones added",
                { $0.arrivals7d * unrelated($0) / ($0.accounts + LinkFacts.innocentAccounts) }),
            cluster(
                "labelled_bad", .raises, .linkBannedRecent, skewed: true, "accounts labelled abusive",
                { $0.labelledBad }),
            cluster(
                "labelled_share", .raises, .linkBannedRecent, "share of accounts labelled abusive, five innocent added",
                labelledShare),
        ] + clusterLabels + clusterManner

    private static let clusterLabels: [Feature] = [
        Feature(
            "cluster.ban_recency", .raises, .linkBannedRecent, isCluster: true,
            "labelled share, fading from the last label on: half after three days, towards 0"
        ) { observation in
            guard let cluster = observation.cluster else { return .nan }
            guard let ban = cluster.lastBanMs else { return 0 }
            return labelledShare(cluster) * banRecency(sinceMs: ban, atMs: observation.timeMs)
        },
        Feature(
            "cluster.inherits", .raises, .linkBannedRecent, isCluster: true,
            "labelled share of a cluster that the account joins within days of its own birth, right after a ban"
        ) { observation in
            guard let cluster = observation.cluster else { return .nan }
            guard let ban = cluster.lastBanMs else { return 0 }
            let bornMs = observation.account.bornAtMs ?? observation.account.firstSeenMs ?? observation.timeMs
            // Made after the ban: it takes somebody's place.
            return bornMs >= ban ? labelledShare(cluster) * banRecency(sinceMs: ban, atMs: bornMs) : 0
        },
        Feature(
            "cluster.verified_share", version: 2, .lowers, .trustVerifiedOrg, isCluster: true,
            "share of accounts labelled verified, five others added; 0 in no cluster, so that to be in one is no merit"
        ) { $0.cluster.map(verifiedShare) ?? 0 },
    ]

    @Sendable static func verifiedShare(_ cluster: ClusterFacts) -> Double {
        cluster.verified / (cluster.accounts + LinkFacts.innocentAccounts)
    }

    private static let clusterManner: [Feature] =
        clusterManner(version: 2, weight: { weight(beyondInnocent($0.organisations)) * unrelated($0) }) + [
            cluster(
                "routes", .raises, .linkMultiIdentifier, "ways of signing up, beyond one",
                { $0.organisations >= innocentOrganisations ? max(0, $0.routes - 1) : 0 })
        ]

    /// What the other accounts are like.
    ///
    /// - Parameter weight: What that counts for in a cluster, 0 to 1.
    static func clusterManner(
        version: Int, weight: @escaping @Sendable (ClusterFacts) -> Double
    ) -> [Feature] {
        [
            cluster(
                "birth_focus", version: version, .raises, .signupBurstNetwork,
                "how close together its accounts were made: 1 on one day, ½ within a week of the mean; weighted",
                { weight($0) / (1 + ($0.births?.deviation ?? 0) / 7) }),
            cluster(
                "equal_load", version: version, .raises, .clusterEqualLoad,
                "how equal the usual requests of its accounts are: 1 if all alike; times its weight",
                { cluster in
                    let deviation = cluster.loads?.deviation ?? 0
                    return (cluster.loads == nil ? 0 : weight(cluster)) / (1 + 4 * deviation * deviation)
                }),
            cluster(
                "synchrony", version: version, .raises, .clusterSync,
                "mean similarity of its accounts' rhythms, 0 if none is known, times its weight",
                { max(0, $0.synchrony ?? 0) * weight($0) }),
            cluster(
                "rhythm_tie", version: version, .raises, .clusterSync,
                "how far its own rhythm is that of the other accounts, 0 to 1, times its weight",
                { max(0, $0.rhythmTie ?? 0) * weight($0) }),
            cluster(
                "anonymised_share", version: version, .raises, .netAnonymised,
                "share of accounts behind likely proxies, times its weight",
                { ($0.anonymisedShare ?? 0) * weight($0) }),
            cluster(
                "virtual_card_share", version: version, .raises, .payInstrumentRisk,
                "share of accounts on virtual cards, times its weight",
                { ($0.virtualCardShare ?? 0) * weight($0) }),
            cluster(
                "template_share", version: version, .raises, .useTemplateShared,
                "share of accounts on its commonest template, times its weight",
                { ($0.templateShare ?? 0) * weight($0) }),
            cluster(
                "pivot_share", version: version, .raises, .useModelPivot,
                "share of accounts that moved to the last new model at once, times its weight",
                { ($0.pivotShare ?? 0) * weight($0) }),
        ]
    }

    /// Joins beyond this many a day or week add nothing.
    static let mostArrivals = 1000.0
    /// Accounts beyond this many add nothing.
    private static let mostAccounts = 5000.0

    static func cluster(
        _ name: String, version: Int = 1, _ direction: FeatureDirection, _ reason: ReasonCode, skewed: Bool = false,
        _ summary: String, _ value: @escaping @Sendable (ClusterFacts) -> Double
    ) -> Feature {
        Feature("cluster.\(name)", version: version, direction, reason, skewed: skewed, isCluster: true, summary) {
            $0.cluster.map(value) ?? .nan
        }
    }

    @Sendable private static func labelledShare(_ cluster: ClusterFacts) -> Double {
        min(1, cluster.labelledBad / (cluster.accounts + LinkFacts.innocentAccounts))
    }

    private static func beyondInnocent(_ count: Double) -> Double {
        min(max(0, count - innocentOrganisations), mostAccounts)
    }

    /// How many of a cluster's accounts belong to other organisations, counting one of each, 0 to 1.
    private static func unrelated(_ cluster: ClusterFacts) -> Double {
        cluster.accounts > 0 ? min(1, cluster.organisations / cluster.accounts) : 0
    }

    /// What an average over so many organisations is worth: little for a few, towards 1 for many.
    static func weight(_ count: Double) -> Double { count / (count + 2 * LinkFacts.innocentAccounts) }
}
