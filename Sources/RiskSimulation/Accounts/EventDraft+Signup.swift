internal import RiskCore

extension EventDraft {
    mutating func setSignup(_ state: AccountState, _ writer: EventWriter) throws(FieldError) {
        let ageDays = Int((timeMs - state.signupMs) / WorldCalendar.dayMs)
        try set(.accountAgeS, whole: Int((timeMs - state.signupMs) / 1000))
        try set(.signupChannel, word: profile.channel)
        if sends(.pathway) { try set(.pathway, word: profile.pathway) }
        try set(.verificationLevel, whole: Int(profile.verification))
        if sends(.attempts) { try set(.verificationAttempts, whole: Int(profile.verificationAttempts)) }
        if sends(.evidence) { try set(.verificationEvidenceScore, Double(profile.evidence), decimals: 100) }
        try setMail(ageDays: ageDays)
        if sends(.profileText) { try set(.profileTemplateRef, reference: profile.profileText) }
        if sends(.phone) { try set(.phoneLineType, word: profile.phoneLine) }
        try setNetwork(writer)
        try setClient(ageDays: ageDays)
        if sends(.formFill) { try set(.formFillMs, whole: Int(profile.formFillMs)) }
        if sends(.captcha) { try set(.captchaFailCount, whole: Int(profile.captchaFails)) }
        try set(.referralRef, reference: profile.referral)
        if sends(.declaredUse) { try set(.declaredUseCode, word: profile.declaredUse) }
        if sends(.credit) { try set(.promoCreditUsd, Double(profile.creditUsd), decimals: 1) }
    }

    private mutating func setMail(ageDays: Int) throws(FieldError) {
        try set(.emailDomainClass, word: profile.emailClass)
        if sends(.domainAge), profile.domainAgeDays >= 0 {
            try set(.emailDomainAgeDays, whole: Int(profile.domainAgeDays) + ageDays)
        }
        if sends(.domain) { try set(.emailDomainRef, reference: profile.domain) }
        if sends(.mailExchanger) { try set(.emailMxRef, reference: profile.mailExchanger) }
        if sends(.mask) { try set(.emailMaskRef, reference: profile.mask) }
        if sends(.entropy) { try set(.emailLocalpartEntropy, Double(profile.localPartEntropy), decimals: 100) }
    }

    private mutating func setNetwork(_ writer: EventWriter) throws(FieldError) {
        let access = profile.network
        if sends(.networkKind) { try set(.ipType, word: access.kind) }
        if sends(.proxyConfidence) {
            let suspicion = min(1, max(0, Double(access.suspicion) + 0.03 * noise.normal()))
            try set(.proxyConfidence, suspicion, decimals: 100)
        }
        let address = writer.address(access, account: profile.account, timeMs: timeMs)
        if sends(.prefix), access.size > 0 { try set(.ipPrefixRef, reference: address.prefix) }
        if sends(.asn), access.size > 0 { try set(.asnRef, reference: address.asn) }
        if sends(.sharedUsers) {
            let estimate = Double(access.sharedUsers) * noise.uniform(0.8, 1.25)
            try set(.ipSharedUserEstimate, whole: max(1, Int(estimate)))
        }
        if sends(.geoMismatch) { try set(.geoMismatchBits, whole: Int(profile.geoMismatch)) }
    }

    private mutating func setClient(ageDays: Int) throws(FieldError) {
        if sends(.device) {
            try set(.deviceRef, reference: profile.device)
            try set(.deviceIntegrity, word: profile.deviceIntegrity)
        }
        if !noise.chance(missingness.tls) { try set(.tlsClientRef, reference: profile.tlsClient) }
        if sends(.claimedClient) { try set(.clientClaimedRef, reference: profile.claimedClient) }
        if sends(.clientLag) {
            // Between updates the lag grows day by day.
            let cycle = max(7, 2 * Double(profile.clientLagDays))
            let lag = (Double(profile.clientLagDays) + Double(ageDays)).truncatingRemainder(dividingBy: cycle)
            try set(.clientVersionLagDays, whole: Int(lag))
        }
    }
}
