extension FeatureCatalogue {
    /// Definitions that ``clusters`` had before. Until 0.8.0 seats of the account's own organisation counted as much as
    /// strangers, and one other organisation said something; until 0.4.0 being in no cluster lacked verified company.
    static let supersededClusters: [Feature] =
        [
            cluster(
                "verified_share", .lowers, .trustVerifiedOrg, "share of accounts labelled verified, five others added",
                verifiedShare),
            cluster(
                "unrelated_share", .raises, .linkMultiIdentifier,
                "organisations for each account, five related ones added",
                { $0.organisations / ($0.accounts + LinkFacts.innocentAccounts) }),
            cluster(
                "tie", .raises, .linkMultiIdentifier, "how surely the account belongs, beyond what it takes, in nats",
                { $0.organisations >= 1 ? max(0, $0.tie - ClusterFacts.tieThreshold) : 0 }),
            cluster(
                "tie_kinds", .raises, .linkMultiIdentifier,
                "kinds of identifier shared with it, other organisations given",
                { $0.organisations >= 1 ? $0.tieKinds : 0 }),
            cluster(
                "arrivals_1d", .raises, .signupBurstNetwork, skewed: true, "accounts that joined, decayed over 1 day",
                { min($0.arrivals1d, mostArrivals) }),
            cluster(
                "arrivals_7d", .raises, .signupBurstNetwork, skewed: true, "accounts that joined, decayed over 7 days",
                { min($0.arrivals7d, mostArrivals) }),
            cluster(
                "young_share", .raises, .signupBurstNetwork,
                "share of accounts that joined in 7 days, five older ones added",
                { $0.arrivals7d / ($0.accounts + LinkFacts.innocentAccounts) }),
        ] + clusterManner(version: 1, weight: { weight($0.organisations) })
}
