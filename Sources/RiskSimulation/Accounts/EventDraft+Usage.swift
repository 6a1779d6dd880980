internal import Glibc
internal import RiskCore

extension EventDraft {
    mutating func setUsage(
        _ state: AccountState, _ facts: WindowFacts, exchangesTotal: Int, _ writer: EventWriter
    ) throws(FieldError) {
        let count = facts.requests24h
        try set(.requests1h, whole: facts.requests1h)
        try set(.requests24h, whole: count)
        try set(.requests7d, whole: facts.requests7d)
        try set(.exchangesTotal, whole: exchangesTotal)
        try setVolume(state, facts)
        try setHours(facts)
        try setVariety(facts)
        try setModel(facts)
        if !noise.chance(missingness.capability) { try setCapability(count) }
        try setTemplate(count, writer)
        try setRates(count)
        try setEndUsers(count)
    }

    private mutating func setVolume(_ state: AccountState, _ facts: WindowFacts) throws(FieldError) {
        let count = Double(facts.requests24h)
        if sends(.tokens) {
            let spread = 0.25 / (1 + count / 50).squareRoot() + 0.05
            try set(.tokensIn24h, whole: Int(count * Double(profile.tokensIn) * exp(spread * noise.normal())))
            try set(.tokensOut24h, whole: Int(count * Double(profile.tokensOut) * exp(spread * noise.normal())))
        }
        if sends(.context) {
            try set(.meanCtxTokens, whole: Int(Double(profile.tokensIn) * exp(0.15 * noise.normal())))
        }
        if sends(.utilisation) {
            let age = Double(timeMs - state.signupMs) / Double(WorldCalendar.dayMs)
            let ramp = profile.rampDays > 0 ? min(1, 0.35 + 0.65 * age / Double(profile.rampDays)) : 1
            let high = min(1, max(0, Double(profile.utilisation) * ramp * exp(0.2 * noise.normal())))
            try set(.limitUtilisationP50, high * noise.uniform(0.35, 0.95), decimals: 100)
            try set(.limitUtilisationP95, high, decimals: 100)
        }
    }

    private mutating func setHours(_ facts: WindowFacts) throws(FieldError) {
        if facts.requests7d > 0, sends(.hours) {
            let total = Double(facts.requests7d)
            try builder.set(.activeHourHist, histogram: facts.byHour.map { ($0 / total * 1000).rounded() / 1000 })
            try builder.set(.activeDowHist, histogram: facts.byWeekday.map { ($0 / total * 1000).rounded() / 1000 })
        }
        if sends(.idleGap) { try set(.longestIdleGapS, whole: Int(facts.longestGapMs / 1000)) }
        if facts.requests24h >= 3, sends(.intervals) {
            let noiseScale = 0.12 + 0.5 / Double(facts.requests24h).squareRoot()
            let variation = Double(profile.intervalVariation) * exp(noiseScale * noise.normal())
            try set(.interarrivalCv, variation, decimals: 100)
            let entropy = log2(1 + Double(min(facts.requests24h, 400))) * (0.4 + 0.5 / (1 + variation))
            try set(.interarrivalEntropy, max(0, entropy + 0.2 * noise.normal()), decimals: 100)
        }
    }

    private mutating func setVariety(_ facts: WindowFacts) throws(FieldError) {
        let count = facts.requests24h
        let span = Double(count) / Double(count + 60)
        let networks = min(max(1, count), 1 + noise.poisson(Double(profile.addresses) * span * 1.5))
        if sends(.addresses) {
            try set(.distinctIp2424h, whole: networks)
            try set(.distinctAsn24h, whole: 1 + noise.binomial(networks - 1, networks > 20 ? 0.05 : 0.4))
        }
        if sends(.clients) {
            try set(.distinctClient24h, whole: min(max(1, count), 1 + noise.poisson(Double(profile.clients) * span)))
        }
        if sends(.statuses) {
            let limited = noise.binomial(count, min(0.5, Double(profile.rate429)))
            let refused = noise.binomial(count, min(0.5, Double(profile.rate403)))
            try set(.status42924h, whole: limited)
            try set(.status40324h, whole: refused)
            if limited + refused > 0, noise.chance(Double(profile.retryElsewhere)) {
                try set(.retryElsewhereS, whole: Int(min(300, noise.logNormal(median: 18, sigma: 0.9))))
            }
        }
    }

    private mutating func setModel(_ facts: WindowFacts) throws(FieldError) {
        guard sends(.modelShare) else { return }
        let hour = WorldCalendar.hour(timeMs)
        try set(.newestModelShare, Double(facts.newest24h) / Double(max(1, facts.requests24h)))
        let launch = WorldCalendar.launchHours[WorldCalendar.newestModel(hour: hour)]
        try set(.hoursSinceLaunch, whole: hour - launch)
    }

    private mutating func setCapability(_ count: Int) throws(FieldError) {
        // A classifier's shares of so many requests: the fewer, the rougher.
        var shares = [Double](repeating: 0, count: Capabilities.count)
        var total = 0.0
        for index in shares.indices {
            let mean = profile.capability[index]
            let deviation = (mean * (1 - mean) / Double(max(1, count))).squareRoot() + 0.02 * mean
            shares[index] = max(0, mean + deviation * noise.normal())
            total += shares[index]
        }
        guard total > 0 else { return }
        for index in shares.indices { shares[index] = (shares[index] / total * 1000).rounded() / 1000 }
        try builder.set(.capabilityHist, histogram: shares)
    }

    private mutating func setTemplate(_ count: Int, _ writer: EventWriter) throws(FieldError) {
        let use = profile.template
        let template = writer.template(
            use, account: profile.account, timeMs: timeMs, lagDays: Double(profile.clientLagDays))
        if sends(.template) {
            try set(.templateTop1Share, max(1 / Double(max(1, count)), rate(count, use.share)))
            try set(.templateTop1Ref, reference: reference(use, template))
        }
        if sends(.prefixes) {
            // A variant of an account, or of a record: a part of the prefix is its own.
            let owner = use.isParaphrased ? mixed(profile.account, UInt64(timeMs)) : profile.account
            for index in 0..<8 {
                let place = mixed(use.sketch == 0 ? template : use.sketch, UInt64(index))
                let variant = unitHash(mixed(place, owner)) < Double(use.spread)
                try builder.add(
                    .prefixMinhash, reference: Identifiers.reference(variant ? mixed(place, owner) : place))
            }
        }
    }

    /// A template as this account, or this record, words it; 0 where it has no reference.
    private func reference(_ use: TemplateUse, _ template: UInt64) -> UInt64 {
        guard use.hasReference else { return 0 }
        if use.isParaphrased { return mixed(template, UInt64(timeMs)) | 1 << 63 }
        return use.isOwnWording ? mixed(template, profile.account) | 1 << 63 : template
    }

    private mutating func setRates(_ count: Int) throws(FieldError) {
        if sends(.cot) { try set(.cotElicitRate, rate(count, profile.cotRate)) }
        if sends(.grading) { try set(.gradingRate, rate(count, profile.gradingRate)) }
        if sends(.injected) { try set(.injectedAssistantTurnShare, rate(count, profile.injectedShare)) }
        if sends(.fullHistory) { try set(.fullHistoryFirstCallShare, rate(count, profile.fullHistoryShare)) }
        if sends(.cache) {
            let ratio = Double(profile.cacheRatio) + 0.04 * noise.normal()
            try set(.cacheHitRatio, min(1, max(0, ratio)), decimals: 100)
        }
        if sends(.metadata) { try set(.metadataMissingRate, rate(count, profile.metadataMissing)) }
        try set(.reasoningReplayCnt, whole: noise.binomial(count, Double(profile.replays)))
    }

    private mutating func setEndUsers(_ count: Int) throws(FieldError) {
        guard sends(.endUsers) else { return }
        let users = Double(profile.endUsers)
        // Of so many users, those whom so many requests reach.
        let reached = users > 0 ? users * (1 - exp(-Double(count) / (4 * users + 1))) : 0
        let distinct = min(count, Int(reached * exp(0.1 * noise.normal())))
        try set(.enduserIdDistinct, whole: distinct)
        let languages = 1 + Int(Double(profile.languages - 1) * (1 - exp(-Double(count) / 80)) + noise.unit() * 0.5)
        try set(.enduserLangCount, whole: max(1, languages))
    }
}
