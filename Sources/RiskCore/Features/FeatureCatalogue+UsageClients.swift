extension FeatureCatalogue {
    /// An account without a device and with this many requests in 24 hours looks like a server …
    static let serverRequests = 500.0
    /// … if it never rests this long, seconds.
    static let serverRestS = 4.0 * 3600
    /// Figures of fewer other accounts are nobody's habit yet.
    static let leastPopulation = 20.0
    /// A TLS fingerprint that at least this share of a client's users has is one of its own.
    static let ordinaryFingerprintShare = 0.1
    /// A context of this many tokens can be expected to be half as often in the cache as the longest ones.
    static let halfCachedContext = 8000.0
    /// The cache hit ratio that can be expected of the longest contexts.
    static let longContextHitRatio = 0.8
    /// A retry after this many seconds counts half.
    static let failoverS = 300.0

    static let clients: [Feature] = [
        Feature(
            "usage.networks_per_100", .raises, .useMultiClient, skewed: true,
            "address ranges beyond the first, per 100 requests, 24 h"
        ) { perHundredRequests(beyondFirst($0.number(.distinctIp2424h)), $0) },
        Feature(
            "usage.asns_per_100", .raises, .useMultiClient, skewed: true,
            "autonomous systems beyond the first, per 100 requests, 24 h"
        ) { perHundredRequests(beyondFirst($0.number(.distinctAsn24h)), $0) },
        Feature("usage.clients", .raises, .useMultiClient, skewed: true, "clients beyond the first, 24 h") {
            beyondFirst($0.number(.distinctClient24h))
        },
        Feature(
            "usage.residential_server", .raises, .netAnonymised, reading: .facts(.device),
            "1 if a residential or proxy address works like a server: no device ever, 500 requests in 24 hours, no "
                + "4 hours' rest"
        ) { observation in
            let residential = observation.flag(.ipType, isOneOf: IPType.residential, .proxy)
            return both(residential, isServerLike(observation))
        },
        Feature(
            "usage.client_mismatch", .raises, .useMultiClient, reading: .facts(.tlsClient),
            "1 if no other account that claims this client has its TLS fingerprint, 0 from a tenth of them on"
        ) { observation in
            let population = observation.population
            guard population.claimants >= leastPopulation else { return .nan }
            return max(0, 1 - population.claimantsAlike / population.claimants / ordinaryFingerprintShare)
        },
        Feature(
            "usage.cache_shortfall", .raises, .useMultiClient,
            "how far the cache hit ratio is below 0.8 × context ÷ (context + 8000 tokens)"
        ) {
            let context = $0.number(.meanCtxTokens)
            let shortfall = longContextHitRatio * context / (context + halfCachedContext) - $0.number(.cacheHitRatio)
            return shortfall.isNaN ? .nan : max(0, shortfall)
        },
        Feature("usage.mean_context_tokens", .free, .useMultiClient, skewed: true, "mean context, tokens") {
            $0.number(.meanCtxTokens)
        },
        Feature(
            "usage.enduser_ids", .raises, .useMultiClient, skewed: true, "end users; 0 for an authorised reseller"
        ) { isReseller($0) ? 0 : $0.number(.enduserIdDistinct) },
        Feature(
            "usage.enduser_languages", .raises, .useMultiClient, skewed: true,
            "end users' languages; 0 for an authorised reseller"
        ) { isReseller($0) ? 0 : $0.number(.enduserLangCount) },
        Feature(
            "usage.metadata_missing_excess", .raises, .useMultiClient, reading: .facts(.tlsClient),
            "rate of missing metadata above the mean of accounts with the same TLS fingerprint; missing if under 20"
        ) { observation in
            guard let others = observation.population.metadataMissingRate, others.count >= leastPopulation
            else { return .nan }
            let excess = observation.number(.metadataMissingRate) - others.mean
            return excess.isNaN ? .nan : max(0, excess)
        },
    ]

    static let blocks: [Feature] = [
        Feature(
            "usage.failover_recency", .raises, .useFailoverAfterBlock,
            "1 if the same template went on at once on a linked account after a block, ½ five minutes later, towards 0"
        ) { 1 / (1 + $0.number(.retryElsewhereS) / failoverS) },
        Feature("usage.throttled_share", .raises, .useContinuous, "share of requests refused with 429, 24 h") {
            refusedShare($0.number(.status42924h), $0)
        },
        Feature("usage.forbidden_share", .raises, .useFailoverAfterBlock, "share of requests refused with 403, 24 h") {
            refusedShare($0.number(.status40324h), $0)
        },
    ]

    /// How far a value is from a population's mean, in its standard deviations; NaN if the population is small.
    ///
    /// One unit is added to the deviation, so that a population that agrees in everything makes no wonder of a unit.
    static func standardised(_ value: Double, in population: PopulationSpread?, unit: Double) -> Double {
        guard let population, population.count >= leastPopulation else { return .nan }
        return (value - population.mean) / (population.deviation + unit)
    }

    private static func isReseller(_ observation: Observation) -> Bool {
        observation.flag(.contractClass, isOneOf: ContractClass.authorisedReseller) == 1
    }

    private static func isServerLike(_ observation: Observation) -> Double {
        if observation.facts(.device) != nil { return 0 }
        let (requests, rest) = (observation.number(.requests24h), observation.number(.longestIdleGapS))
        return both(
            requests.isNaN ? .nan : requests >= serverRequests ? 1 : 0, rest.isNaN ? .nan : rest < serverRestS ? 1 : 0)
    }

    private static func beyondFirst(_ count: Double) -> Double { count.isNaN ? .nan : max(0, count - 1) }

    private static func perHundredRequests(_ count: Double, _ observation: Observation) -> Double {
        let hundreds = observation.number(.requests24h) / 100
        return hundreds.isNaN ? .nan : count / max(1, hundreds)
    }

    /// Whether refused requests count among the requests is the caller's business; either way this is at most 1.
    private static func refusedShare(_ refused: Double, _ observation: Observation) -> Double {
        let requests = observation.number(.requests24h)
        if refused == 0 { return 0 }
        return refused.isNaN || requests.isNaN ? .nan : refused / max(refused, requests)
    }
}
