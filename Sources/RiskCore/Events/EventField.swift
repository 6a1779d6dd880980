/// Every leaf of the Score request's contract that holds one value, a histogram or a list of references.
///
/// The table in ``FieldSpec`` gives each its path and range; the wire codec, the JSON Lines codec and the validation
/// are all driven by it, so that a field is described once.
public enum EventField: Int, CaseIterable, Sendable {
    // Envelope
    case eventType, eventTimeMs, accountRef, orgRef, contractClass, decisionContext
    // Sign-up
    case accountAgeS, signupChannel, pathway, verificationLevel, verificationAttempts, verificationEvidenceScore
    case emailDomainClass, emailDomainAgeDays, emailDomainRef, emailMxRef, emailMaskRef, emailLocalpartEntropy
    case profileTemplateRef, phoneLineType, ipType, proxyConfidence, ipPrefixRef, asnRef, ipSharedUserEstimate
    case geoMismatchBits, deviceRef, deviceIntegrity, tlsClientRef, clientClaimedRef, clientVersionLagDays
    case formFillMs, captchaFailCount, referralRef, declaredUseCode, promoCreditUsd
    // Payment
    case instrumentRef, instrumentKind, fundingType, isVirtualCard, issuerProgrammeRef, issuerMatchesBilling
    case issuerMatchesIp, avsResult, cvcResult, threeDsResult, declines24h, distinctInstruments30d, billingAddrRef
    case signupToPaymentS, disputes90d, refunds90d, paidUsd30d, planPriceUsdMonth, topupCadenceCv
    // Usage
    case requests1h, requests24h, requests7d, tokensIn24h, tokensOut24h, limitUtilisationP50, limitUtilisationP95
    case activeHourHist, activeDowHist, longestIdleGapS, interarrivalCv, interarrivalEntropy, distinctIp2424h
    case distinctAsn24h, distinctClient24h, status42924h, status40324h, retryElsewhereS, newestModelShare
    case hoursSinceLaunch, capabilityHist, templateTop1Share, templateTop1Ref, prefixMinhash, cotElicitRate
    case gradingRate, injectedAssistantTurnShare, fullHistoryFirstCallShare, cacheHitRatio, metadataMissingRate
    case reasoningReplayCnt, meanCtxTokens, enduserIdDistinct, enduserLangCount, exchangesTotal

    /// The field's description.
    public var spec: FieldSpec { FieldSpec.table[rawValue] }

    /// Where its value is kept.
    var slot: Int { FieldSpec.slots[rawValue] }

    /// The fields of one section, in the order of the contract.
    public static func fields(in section: EventSection) -> [EventField] {
        allCases.filter { $0.spec.section == section }
    }
}

/// The part of a request that a field stands in. The raw value is its path prefix.
public enum EventSection: String, CaseIterable, Sendable {
    case envelope = ""
    case signup, payment, usage
}
