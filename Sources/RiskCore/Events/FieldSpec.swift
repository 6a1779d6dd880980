/// The description of one ``EventField``: where it stands, what it accepts and where its value is kept.
///
/// A class, so that looking one up on the hot path copies a reference and not its words.
public final class FieldSpec: Sendable {
    /// What a field accepts.
    public enum Kind: Sendable {
        /// A whole number from 0 to the bound.
        case whole(through: UInt64)
        /// A finite number in the range.
        case number(ClosedRange<Double>)
        /// True or false.
        case flag
        /// One of these words; kept as its index.
        case word([String])
        /// An opaque reference; links accounts under the class, if there is one.
        case reference(IdentifierClass?)
        /// This many shares that sum to 1 within ``AccountEvent/histogramSumTolerance``.
        case histogram(Int)
        /// At most this many opaque references.
        case references(atMost: Int)
    }

    /// The last component of the path.
    public let name: String
    /// The section it stands in.
    public let section: EventSection
    /// What it accepts.
    public let kind: Kind
    /// Index of its first number in ``AccountEvent/numbers``, or of its reference in ``AccountEvent/references``.
    public let slot: Int

    /// The whole path, such as `signup.proxy_confidence`.
    public var path: String { section == .envelope ? name : "\(section.rawValue).\(name)" }

    private init(name: String, section: EventSection, kind: Kind, slot: Int) {
        self.name = name
        self.section = section
        self.kind = kind
        self.slot = slot
    }

    /// The largest whole number accepted anywhere: above it a Float64 no longer holds every whole number.
    public static let wholeMaximum: UInt64 = (1 << 53) - 1
    /// Numbers an event keeps.
    static let numberCount = layout.numbers
    /// References an event keeps, lists aside.
    static let referenceCount = layout.references
    /// One description for each field, by raw value.
    static let table: [FieldSpec] = layout.table
    /// The fields' slots, by raw value.
    static let slots: [Int] = layout.table.map(\.slot)

    private static let layout: (table: [FieldSpec], numbers: Int, references: Int) = {
        var table: [FieldSpec] = []
        var numbers = 0
        var references = 0
        for field in EventField.allCases {
            let (section, name, kind) = describe(field)
            switch kind {
            case .reference:
                table.append(FieldSpec(name: name, section: section, kind: kind, slot: references))
                references += 1
            case .references:
                table.append(FieldSpec(name: name, section: section, kind: kind, slot: 0))
            case .histogram(let count):
                table.append(FieldSpec(name: name, section: section, kind: kind, slot: numbers))
                numbers += count
            case .whole, .number, .flag, .word:
                table.append(FieldSpec(name: name, section: section, kind: kind, slot: numbers))
                numbers += 1
            }
        }
        return (table, numbers, references)
    }()

    private static let count = Kind.whole(through: wholeMaximum)
    private static let share = Kind.number(0...1)
    private static let amount = Kind.number(0...1e15)
    private static let opaque = Kind.reference(nil)

    private static func words<Word: EventWord>(_ type: Word.Type) -> Kind { .word(type.words) }

    /// The contract, name by name. A table on purpose: it is read beside the contract's own.
    private static func describe(_ field: EventField) -> (EventSection, String, Kind) {
        switch field {
        case .eventType: (.envelope, "event_type", words(EventType.self))
        case .eventTimeMs: (.envelope, "event_time_ms", count)
        case .accountRef: (.envelope, "account_ref", opaque)
        case .orgRef: (.envelope, "org_ref", opaque)
        case .contractClass: (.envelope, "contract_class", words(ContractClass.self))
        case .decisionContext: (.envelope, "decision_context", words(DecisionContext.self))

        case .accountAgeS: (.signup, "account_age_s", count)
        case .signupChannel: (.signup, "signup_channel", words(SignupChannel.self))
        case .pathway: (.signup, "pathway", words(Pathway.self))
        case .verificationLevel: (.signup, "verification_level", .whole(through: 6))
        case .verificationAttempts: (.signup, "verification_attempts", count)
        case .verificationEvidenceScore: (.signup, "verification_evidence_score", share)
        case .emailDomainClass: (.signup, "email_domain_class", words(EmailDomainClass.self))
        case .emailDomainAgeDays: (.signup, "email_domain_age_days", count)
        case .emailDomainRef: (.signup, "email_domain_ref", .reference(.emailDomain))
        case .emailMxRef: (.signup, "email_mx_ref", .reference(.emailMx))
        case .emailMaskRef: (.signup, "email_mask_ref", .reference(.emailMask))
        case .emailLocalpartEntropy: (.signup, "email_localpart_entropy", .number(0...8))
        case .profileTemplateRef: (.signup, "profile_template_ref", .reference(.profileTemplate))
        case .phoneLineType: (.signup, "phone_line_type", words(PhoneLineType.self))
        case .ipType: (.signup, "ip_type", words(IPType.self))
        case .proxyConfidence: (.signup, "proxy_confidence", share)
        case .ipPrefixRef: (.signup, "ip_prefix_ref", .reference(.ipPrefix))
        case .asnRef: (.signup, "asn_ref", .reference(.asn))
        case .ipSharedUserEstimate: (.signup, "ip_shared_user_estimate", count)
        case .geoMismatchBits: (.signup, "geo_mismatch_bits", .whole(through: 15))
        case .deviceRef: (.signup, "device_ref", .reference(.device))
        case .deviceIntegrity: (.signup, "device_integrity", words(DeviceIntegrity.self))
        case .tlsClientRef: (.signup, "tls_client_ref", .reference(.tlsClient))
        case .clientClaimedRef: (.signup, "client_claimed_ref", opaque)
        case .clientVersionLagDays: (.signup, "client_version_lag_days", count)
        case .formFillMs: (.signup, "form_fill_ms", count)
        case .captchaFailCount: (.signup, "captcha_fail_count", count)
        case .referralRef: (.signup, "referral_ref", .reference(.referral))
        case .declaredUseCode: (.signup, "declared_use_code", words(DeclaredUse.self))
        case .promoCreditUsd: (.signup, "promo_credit_usd", amount)

        case .instrumentRef: (.payment, "instrument_ref", .reference(.instrument))
        case .instrumentKind: (.payment, "instrument_kind", words(InstrumentKind.self))
        case .fundingType: (.payment, "funding_type", words(FundingType.self))
        case .isVirtualCard: (.payment, "is_virtual_card", .flag)
        case .issuerProgrammeRef: (.payment, "issuer_programme_ref", .reference(.issuerProgramme))
        case .issuerMatchesBilling: (.payment, "issuer_matches_billing", .flag)
        case .issuerMatchesIp: (.payment, "issuer_matches_ip", .flag)
        case .avsResult: (.payment, "avs_result", words(CheckResult.self))
        case .cvcResult: (.payment, "cvc_result", words(CheckResult.self))
        case .threeDsResult: (.payment, "three_ds_result", words(CheckResult.self))
        case .declines24h: (.payment, "declines_24h", count)
        case .distinctInstruments30d: (.payment, "distinct_instruments_30d", count)
        case .billingAddrRef: (.payment, "billing_addr_ref", .reference(.billingAddr))
        case .signupToPaymentS: (.payment, "signup_to_payment_s", count)
        case .disputes90d: (.payment, "disputes_90d", count)
        case .refunds90d: (.payment, "refunds_90d", count)
        case .paidUsd30d: (.payment, "paid_usd_30d", amount)
        case .planPriceUsdMonth: (.payment, "plan_price_usd_month", amount)
        case .topupCadenceCv: (.payment, "topup_cadence_cv", amount)

        case .requests1h: (.usage, "requests_1h", count)
        case .requests24h: (.usage, "requests_24h", count)
        case .requests7d: (.usage, "requests_7d", count)
        case .tokensIn24h: (.usage, "tokens_in_24h", count)
        case .tokensOut24h: (.usage, "tokens_out_24h", count)
        case .limitUtilisationP50: (.usage, "limit_utilisation_p50", share)
        case .limitUtilisationP95: (.usage, "limit_utilisation_p95", share)
        case .activeHourHist: (.usage, "active_hour_hist", .histogram(24))
        case .activeDowHist: (.usage, "active_dow_hist", .histogram(7))
        case .longestIdleGapS: (.usage, "longest_idle_gap_s", count)
        case .interarrivalCv: (.usage, "interarrival_cv", amount)
        case .interarrivalEntropy: (.usage, "interarrival_entropy", amount)
        case .distinctIp2424h: (.usage, "distinct_ip24_24h", count)
        case .distinctAsn24h: (.usage, "distinct_asn_24h", count)
        case .distinctClient24h: (.usage, "distinct_client_24h", count)
        case .status42924h: (.usage, "status_429_24h", count)
        case .status40324h: (.usage, "status_403_24h", count)
        case .retryElsewhereS: (.usage, "retry_elsewhere_s", count)
        case .newestModelShare: (.usage, "newest_model_share", share)
        case .hoursSinceLaunch: (.usage, "hours_since_launch", count)
        case .capabilityHist: (.usage, "capability_hist", .histogram(12))
        case .templateTop1Share: (.usage, "template_top1_share", share)
        case .templateTop1Ref: (.usage, "template_top1_ref", .reference(.template))
        case .prefixMinhash: (.usage, "prefix_minhash", .references(atMost: 8))
        case .cotElicitRate: (.usage, "cot_elicit_rate", share)
        case .gradingRate: (.usage, "grading_rate", share)
        case .injectedAssistantTurnShare: (.usage, "injected_assistant_turn_share", share)
        case .fullHistoryFirstCallShare: (.usage, "full_history_first_call_share", share)
        case .cacheHitRatio: (.usage, "cache_hit_ratio", share)
        case .metadataMissingRate: (.usage, "metadata_missing_rate", share)
        case .reasoningReplayCnt: (.usage, "reasoning_replay_cnt", count)
        case .meanCtxTokens: (.usage, "mean_ctx_tokens", count)
        case .enduserIdDistinct: (.usage, "enduser_id_distinct", count)
        case .enduserLangCount: (.usage, "enduser_lang_count", count)
        case .exchangesTotal: (.usage, "exchanges_total", count)
        }
    }
}
