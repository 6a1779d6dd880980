extension FeatureCatalogue {
    /// The usage family: how much and when, then what for, then with which clients. The account's own past comes from
    /// ``AccountFacts``.
    static let usage: [Feature] = volume + limits + rhythm + content + templates + artefacts + clients + blocks

    /// Nominal list prices, US dollars per million tokens, to set use against the plan's price. One pair for all
    /// models: what counts is use worth many times the plan, not cents.
    static let listPriceInUsdPerMillion = 3.0
    /// The same for tokens out.
    static let listPriceOutUsdPerMillion = 15.0
    /// Above this share of its own limit an account is near it.
    static let nearLimit = 0.8
    /// Percentiles of utilisation further apart than this are no plateau.
    static let plateauWidth = 0.2

    private static let volume: [Feature] = [
        Feature("usage.requests_1h", .free, .useContinuous, skewed: true, "requests in an hour") {
            $0.number(.requests1h)
        },
        Feature("usage.requests_24h", .free, .useContinuous, skewed: true, "requests in 24 hours") {
            $0.number(.requests24h)
        },
        Feature("usage.requests_7d", .free, .useContinuous, skewed: true, "requests in 7 days") {
            $0.number(.requests7d)
        },
        Feature("usage.tokens_per_request", .free, .useContinuous, skewed: true, "tokens in and out a request, 24 h") {
            let requests = $0.number(.requests24h)
            return requests > 0 ? ($0.number(.tokensIn24h) + $0.number(.tokensOut24h)) / requests : .nan
        },
        Feature("usage.output_share", .free, .useContinuous, "share of tokens out among all tokens, 24 h") {
            let out = $0.number(.tokensOut24h)
            let all = out + $0.number(.tokensIn24h)
            return all > 0 ? out / all : .nan
        },
        Feature(
            "usage.requests_over_usual", .free, .useNoRamp, skewed: true,
            "requests in 24 hours against what was usual for the account before"
        ) { observation in
            guard let usual = observation.account.usualRequests else { return .nan }
            return observation.number(.requests24h) / (1 + usual)
        },
        Feature(
            "usage.usd_over_plan", .raises, .payUsageExceedsPlan, skewed: true,
            "a month's use as of the last 24 hours at nominal list prices, against the plan's price, if there is one"
        ) {
            let price = $0.number(.planPriceUsdMonth)
            let usd =
                ($0.number(.tokensIn24h) * listPriceInUsdPerMillion + $0.number(.tokensOut24h)
                    * listPriceOutUsdPerMillion) / 1e6
            // A price of next to nothing must not make the margin infinite.
            return price > 0 ? min(30 * usd / price, 1e6) : .nan
        },
    ]

    private static let limits: [Feature] = [
        Feature("usage.limit_utilisation_p95", .free, .useNoRamp, "95th percentile of the use of its own limit") {
            $0.number(.limitUtilisationP95)
        },
        Feature(
            "usage.first_day_utilisation", .raises, .useNoRamp,
            "largest 95th percentile of the use of its own limit on its first day, so far"
        ) { observation in
            let now = valueIfEarly(observation, within: AccountFacts.firstDayMs) { _ in
                observation.number(.limitUtilisationP95)
            }
            return larger(observation.account.firstDayUtilisation ?? .nan, now)
        },
        Feature(
            "usage.early_climb", .raises, .useNoRamp,
            "95th percentile of the use of its own limit for each day since sign-up, the largest of its first four days"
                + " so far"
        ) { observation in
            let now = valueIfEarly(observation, within: AccountFacts.earlyMs) {
                AccountFacts.climb(to: observation.number(.limitUtilisationP95), ageMs: $0)
            }
            return larger(observation.account.earlyClimb ?? .nan, now)
        },
        Feature(
            "usage.plateau", .raises, .useContinuous,
            "1 if always at the same use of its limit above 0.8, 0 if the median is 0.2 below the 95th percentile"
        ) {
            let p95 = $0.number(.limitUtilisationP95)
            if p95 <= nearLimit { return 0 }
            let width = p95 - $0.number(.limitUtilisationP50)
            return width.isNaN ? .nan : max(0, min(1, 1 - width / plateauWidth))
        },
    ]

    private static let rhythm: [Feature] = [
        Feature(
            "usage.hour_evenness", .raises, .useContinuous, "entropy of the active hours ÷ ln 24: 1 round the clock"
        ) {
            HistogramMeasures.evenness($0.histogram(.activeHourHist))
        },
        Feature(
            "usage.weekend_share", .free, .useContinuous,
            "use of a weekend day against it and a weekday together: 0.5 if all days are alike"
        ) {
            let days = $0.histogram(.activeDowHist)
            guard days.count == 7 else { return .nan }
            let weekday = days.prefix(5).reduce(0, +) / 5
            let weekend = days.suffix(2).reduce(0, +) / 2
            return weekend / (weekday + weekend)
        },
        Feature("usage.longest_idle_s", .lowers, .useContinuous, skewed: true, "longest idle gap, seconds") {
            $0.number(.longestIdleGapS)
        },
        Feature("usage.interarrival_cv", .free, .useContinuous, skewed: true, "variation of times between requests") {
            $0.number(.interarrivalCv)
        },
        Feature("usage.interarrival_entropy", .free, .useContinuous, "entropy of times between requests") {
            $0.number(.interarrivalEntropy)
        },
    ]

    /// A value of a usage event whose account is younger than a limit; NaN if it is older or of unknown age.
    private static func valueIfEarly(
        _ observation: Observation, within limitMs: Int64, _ value: (_ ageMs: Int64) -> Double
    ) -> Double {
        guard observation.event.type == .usage else { return .nan }
        let ageMs = observation.number(.accountAgeS) * 1000
        return ageMs < Double(limitMs) ? value(Int64(ageMs)) : .nan
    }

    /// The larger of two; the other one if one is missing.
    private static func larger(_ left: Double, _ right: Double) -> Double {
        left.isNaN ? right : right.isNaN ? left : max(left, right)
    }
}
