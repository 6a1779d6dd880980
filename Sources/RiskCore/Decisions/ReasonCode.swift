/// The registry of reason codes. A code never changes its meaning and is never used again.
public enum ReasonCode: String, CaseIterable, Sendable {
    case linkBannedRecent = "LINK_BANNED_RECENT"
    case linkMultiIdentifier = "LINK_MULTI_IDENTIFIER"
    case paySharedAcrossOrgs = "PAY_SHARED_ACROSS_ORGS"
    case payInstrumentRisk = "PAY_INSTRUMENT_RISK"
    case payFailures = "PAY_FAILURES"
    case payUsageExceedsPlan = "PAY_USAGE_EXCEEDS_PLAN"
    case signupBurstNetwork = "SIGNUP_BURST_NETWORK"
    case signupPatternRepeat = "SIGNUP_PATTERN_REPEAT"
    case signupEmailDomain = "SIGNUP_EMAIL_DOMAIN"
    case signupVerificationWeak = "SIGNUP_VERIFICATION_WEAK"
    case netAnonymised = "NET_ANONYMISED"
    case netGeoConflict = "NET_GEO_CONFLICT"
    case useNoRamp = "USE_NO_RAMP"
    case useContinuous = "USE_CONTINUOUS"
    case useMultiClient = "USE_MULTI_CLIENT"
    case useTemplateShared = "USE_TEMPLATE_SHARED"
    case useReasoningElicit = "USE_REASONING_ELICIT"
    case useArtifactReplay = "USE_ARTIFACT_REPLAY"
    case useGrading = "USE_GRADING"
    case useCapabilityFocus = "USE_CAPABILITY_FOCUS"
    case useModelPivot = "USE_MODEL_PIVOT"
    case useFailoverAfterBlock = "USE_FAILOVER_AFTER_BLOCK"
    case clusterSync = "CLUSTER_SYNC"
    case clusterEqualLoad = "CLUSTER_EQUAL_LOAD"
    case intelPartner = "INTEL_PARTNER"
    case trustVerifiedOrg = "TRUST_VERIFIED_ORG"
    case trustTenure = "TRUST_TENURE"
    case trustContract = "TRUST_CONTRACT"
    /// The decision point itself: how risky a sign-up, payment or usage event is before anything else is known.
    case decisionPoint = "DECISION_POINT"
    /// Values that the caller's own model declares.
    case callerFeature = "CALLER_FEATURE"

    /// Words that may be shown to a customer; nil where a hint would reveal a detection rule or means nothing to them.
    ///
    /// They name what a customer can set right or contest, never what was measured, compared or counted. Codes of one
    /// kind have the same words, so that the words do not tell which of them it was.
    public var customerText: String? {
        switch self {
        case .linkBannedRecent, .linkMultiIdentifier: "Several accounts appear to be linked."
        case .paySharedAcrossOrgs, .payInstrumentRisk: "The payment method could not be fully confirmed."
        case .payFailures: "Recent payment attempts did not succeed."
        case .payUsageExceedsPlan: "The use of the plan needs a closer look."
        case .signupBurstNetwork: "The sign-up could not be fully confirmed."
        case .signupEmailDomain: "The e-mail address could not be fully confirmed."
        case .signupVerificationWeak: "The account has little verification."
        case .netAnonymised, .netGeoConflict: "The connection could not be fully confirmed."
        default: nil
        }
    }
}
