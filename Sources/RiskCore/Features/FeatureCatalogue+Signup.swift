extension FeatureCatalogue {
    /// A domain younger than this many days counts as fresh.
    static let freshDomainDays = 30.0
    /// A form filled faster than this many milliseconds was hardly typed.
    static let typedFormMs = 3000.0

    /// The sign-up family. Where two fields must agree, missing ones make the feature missing, not innocent.
    ///
    /// Since definition 2 they read the account's last value of a field that the event does not have.
    static let signup: [Feature] = email + verification + network + client

    private static let email: [Feature] = [
        Feature(
            "signup.email_disposable", version: 2, .raises, .signupEmailDomain, "1 if the e-mail domain is disposable"
        ) {
            $0.flag(.emailDomainClass, isOneOf: EmailDomainClass.disposable)
        },
        Feature(
            "signup.email_domain_fresh", version: 2, .raises, .signupEmailDomain,
            "1 if a custom domain younger than 30 days"
        ) {
            both(
                $0.flag(.emailDomainClass, isOneOf: EmailDomainClass.custom), isFreshDomain($0))
        },
        Feature(
            "signup.email_domain_age_days", version: 2, .lowers, .signupEmailDomain, skewed: true,
            "age of the e-mail domain, days"
        ) { $0.number(.emailDomainAgeDays) },
        Feature(
            "signup.email_entropy", version: 2, .free, .signupPatternRepeat,
            "entropy of the local part, bits a character"
        ) {
            $0.number(.emailLocalpartEntropy)
        },
        Feature(
            "signup.email_entropy_z", .free, .signupPatternRepeat,
            "entropy of the local part against other accounts' of the same class of domain, standard deviations"
        ) { observation in
            standardised(
                observation.number(.emailLocalpartEntropy), in: observation.population.emailLocalpartEntropy,
                unit: 0.1)
        },
        Feature(
            "signup.email_mask_lift", version: 2, .raises, .signupPatternRepeat, skewed: true, link: .emailMask,
            "sign-ups under this mask today, against its daily mean over 30 days; 0 under single sign-on"
        ) { observation in
            guard let mask = observation.facts(.emailMask) else { return .nan }
            return isProvisioned(observation) ? 0 : mask.arrivals1d / (1 + mask.arrivals30d / 30)
        },
        Feature(
            "signup.mx_domains", .raises, .signupEmailDomain, skewed: true, link: .emailMx,
            reading: .facts(.emailDomain),
            "other e-mail domains on this mail exchanger, against what is ordinary"
        ) { observation in
            observation.facts(.emailMx).map {
                min($0.companions, IdentifierClass.emailMx.saturationCount) / IdentifierClass.emailMx.expectedDegree
            } ?? .nan
        },
    ]

    private static let verification: [Feature] = [
        Feature("signup.verification_level", version: 2, .lowers, .signupVerificationWeak, "0 none to 6 single sign-on")
        {
            $0.number(.verificationLevel)
        },
        Feature(
            "signup.is_sso", version: 2, .lowers, .trustVerifiedOrg, "1 if signed up through a tenant's single sign-on"
        ) {
            $0.flag(.signupChannel, isOneOf: SignupChannel.sso)
        },
        Feature(
            "signup.programme_evidence", version: 2, .lowers, .signupVerificationWeak,
            "evidence score, 0 to 1, of a sign-up through an education, start-up or security programme"
        ) { observation in
            let programme = observation.flag(
                .signupChannel, isOneOf: SignupChannel.education, .startupProgram, .securityResearch)
            return programme == 1 ? observation.number(.verificationEvidenceScore) : .nan
        },
        Feature("signup.verification_attempts", version: 2, .raises, .signupVerificationWeak, skewed: true, "attempts")
        {
            $0.number(.verificationAttempts)
        },
        Feature(
            "signup.phone_virtual", version: 2, .raises, .signupVerificationWeak, "1 if the phone is virtual or VoIP"
        ) {
            $0.flag(.phoneLineType, isOneOf: PhoneLineType.virtual, .voip)
        },
        Feature("signup.account_age_days", version: 2, .lowers, .trustTenure, skewed: true, "age of the account, days")
        {
            $0.number(.accountAgeS) / 86_400
        },
        Feature(
            "signup.promo_credit_usd", version: 2, .raises, .signupPatternRepeat, skewed: true,
            "promotional credit, US dollars"
        ) {
            $0.number(.promoCreditUsd)
        },
    ]

    private static let network: [Feature] = [
        Feature("signup.proxy_confidence", version: 2, .raises, .netAnonymised, "confidence in a proxy, 0 to 1") {
            $0.number(.proxyConfidence)
        },
        Feature("signup.is_proxy", version: 2, .raises, .netAnonymised, "1 if the address is a known proxy") {
            $0.flag(.ipType, isOneOf: IPType.proxy)
        },
        Feature("signup.is_hosting", version: 2, .free, .netAnonymised, "1 if the address is a hosting provider's") {
            $0.flag(.ipType, isOneOf: IPType.hosting)
        },
        Feature(
            "signup.residential_time_zone", version: 2, .raises, .netGeoConflict,
            "1 if a residential or proxy address does not fit the time zone"
        ) { observation in
            let residential = observation.flag(.ipType, isOneOf: IPType.residential, .proxy)
            let bits = observation.number(.geoMismatchBits)
            return both(residential, bits.isNaN ? .nan : Int(bits) & 4 == 4 ? 1 : 0)
        },
        Feature(
            "signup.proxy_time_zone", .raises, .netAnonymised,
            "confidence in a proxy if the address does not fit the time zone, else 0"
        ) { observation in
            let confidence = observation.number(.proxyConfidence)
            let bits = observation.number(.geoMismatchBits)
            return bits.isNaN ? .nan : Int(bits) & 4 == 4 ? confidence : 0
        },
        Feature(
            "signup.geo_mismatches", version: 2, .raises, .netGeoConflict, "places that do not fit each other, 0 to 4"
        ) {
            let bits = $0.number(.geoMismatchBits)
            return bits.isNaN ? .nan : Double(Int(bits).nonzeroBitCount)
        },
        Feature(
            "signup.prefix_arrivals_per_user", version: 2, .raises, .signupBurstNetwork, skewed: true, link: .ipPrefix,
            "accounts on the address prefix in a day, per person thought to be behind it"
        ) { observation in
            guard let prefix = observation.facts(.ipPrefix) else { return .nan }
            let people = observation.number(.ipSharedUserEstimate)
            return min(prefix.arrivals1d, IdentifierClass.ipPrefix.saturationCount) / (1 + (people.isNaN ? 0 : people))
        },
        Feature(
            "signup.asn_lift", .raises, .signupBurstNetwork, skewed: true, link: .asn,
            "accounts on the autonomous system in a day, against its daily mean over 30 days"
        ) { observation in
            observation.facts(.asn).map { $0.arrivals1d / (1 + $0.arrivals30d / 30) } ?? .nan
        },
        Feature(
            "signup.asn_burst", .raises, .signupBurstNetwork, skewed: true, link: .asn,
            "accounts on the autonomous system in a day, standard deviations above its own month"
        ) { observation in observation.facts(.asn)?.burst(atMs: observation.timeMs) ?? .nan },
    ]

    private static let client: [Feature] = [
        Feature(
            "signup.device_unsound", version: 2, .raises, .signupPatternRepeat,
            "1 if emulated, headless, rooted or automated"
        ) {
            let sound = $0.flag(.deviceIntegrity, isOneOf: DeviceIntegrity.ok)
            return sound.isNaN ? .nan : 1 - sound
        },
        Feature(
            "signup.client_lag_days", version: 2, .free, .signupPatternRepeat, skewed: true,
            "client version's lag, days"
        ) {
            $0.number(.clientVersionLagDays)
        },
        Feature(
            "signup.client_lag_z", .free, .signupPatternRepeat,
            "client version's lag against all other accounts', standard deviations"
        ) { observation in
            standardised(
                observation.number(.clientVersionLagDays), in: observation.population.clientVersionLagDays,
                unit: 1)
        },
        Feature(
            "signup.form_untyped", version: 2, .raises, .signupPatternRepeat,
            "1 if filled in under 3 s without single sign-on"
        ) {
            let ms = $0.number(.formFillMs)
            if ms.isNaN { return .nan }
            return ms < typedFormMs && !isProvisioned($0) ? 1 : 0
        },
        Feature("signup.captcha_fails", version: 2, .raises, .signupPatternRepeat, skewed: true, "failed captchas") {
            $0.number(.captchaFailCount)
        },
    ]

    static func isFreshDomain(_ observation: Observation) -> Double {
        let age = observation.number(.emailDomainAgeDays)
        return age.isNaN ? .nan : age < freshDomainDays ? 1 : 0
    }

    /// Accounts a tenant creates for its people look alike and are filled in by no one.
    private static func isProvisioned(_ observation: Observation) -> Bool {
        observation.flag(.signupChannel, isOneOf: SignupChannel.sso) == 1
    }
}
