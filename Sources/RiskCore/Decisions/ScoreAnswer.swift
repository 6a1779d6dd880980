/// A score, why it is what it is, and what the policy makes of it.
public struct ScoreAnswer: Sendable, Equatable {
    /// What the features under one reason code add to the margin.
    public struct Reason: Sendable, Equatable {
        /// The code.
        public var code: ReasonCode
        /// Log-odds; negative lowers the risk.
        public var contribution: Double
        /// Words that may be shown to the customer; nil if this reason is not for them.
        public var customerText: String?

        /// A reason.
        public init(code: ReasonCode, contribution: Double, customerText: String? = nil) {
            self.code = code
            self.contribution = contribution
            self.customerText = customerText
        }
    }

    /// What one feature adds to the margin.
    public struct FeatureContribution: Sendable, Equatable {
        /// The feature.
        public var name: String
        /// Its value; nil if missing.
        public var value: Double?
        /// Log-odds.
        public var contribution: Double

        /// A contribution.
        public init(name: String, value: Double?, contribution: Double) {
            self.name = name
            self.value = value
            self.contribution = contribution
        }
    }

    /// An identifier class through which the account is connected to others.
    public struct Link: Sendable, Equatable {
        /// The class of the shared identifier.
        public var identifierClass: IdentifierClass
        /// Distinct other accounts.
        public var accounts: UInt64 = 0
        /// Those of them that do not belong to the account's own tenant.
        public var unrelatedAccounts: UInt64 = 0
        /// Distinct other organisations.
        public var organisations: UInt64 = 0
        /// Other accounts labelled abusive.
        public var labelledBad: UInt64 = 0
        /// When the identifier was first seen, Unix milliseconds.
        public var firstSeenMs: Int64 = 0
        /// When an account on it was last labelled abusive, Unix milliseconds; nil if never.
        public var lastBanMs: Int64?
        /// How surprising it would be by chance that so many unrelated accounts share one, in nats.
        public var surprise = 0.0
        /// What the features of this class add to the margin.
        public var contribution = 0.0
        /// The margin minus the margin of the same request without this identifier; nil if it was not worked out, since
        /// other links mattered more.
        public var effectIfRemoved: Double?

        /// A link that connects to nobody.
        public init(identifierClass: IdentifierClass) { self.identifierClass = identifierClass }
    }

    /// The cluster that the account belongs to. Counts leave out the account itself.
    public struct Cluster: Sendable, Equatable {
        /// The cluster.
        public var id: ClusterID
        /// Other members.
        public var accounts: UInt64 = 0
        /// Organisations among them other than the account's own.
        public var organisations: UInt64 = 0
        /// Other members labelled abusive.
        public var labelledBad: UInt64 = 0
        /// When its first member was seen, Unix milliseconds.
        public var bornMs: Int64 = 0
        /// Log-odds that the account belongs to it, by what it shares.
        public var tie = 0.0
        /// What the features of the cluster add to the margin.
        public var contribution = 0.0
        /// The margin minus the margin of the same request of an account in no cluster.
        public var effectIfRemoved = 0.0

        /// A cluster.
        public init(id: ClusterID) { self.id = id }
    }

    /// Log-odds before calibration. bias + Σ contributions = margin within 1e-9; with leaf-wise trees within 1e-5.
    public var margin: Double
    /// Calibrated probability of abuse at this decision point.
    public var probability: Double
    /// What the policy says.
    public var decision: Decision
    /// The rule that gave the decision.
    public var decisionRule: String
    /// The margin before any feature.
    public var bias: Double
    /// margin − bias − Σ contributions, never hidden in one of them; nil from a service that does not say.
    public var residual: Double?
    /// Every reason with a contribution other than 0, largest magnitude first.
    public var reasons: [Reason]
    /// Every class with other accounts on it, largest contribution first.
    public var links: [Link]
    /// The cluster that the account belongs to; nil if none.
    public var cluster: Cluster?
    /// SHA-256 of the model file; 32 bytes.
    public var modelDigest: [UInt8]
    /// The name the model was served under.
    public var modelAlias: String
    /// Features of the model for which the event had no value.
    public var missingFeatureCount: Int
    /// Every feature of the model, if asked for.
    public var features: [FeatureContribution]
    /// What the answer had to do without.
    public var degraded: [String]
    /// Position in the commit order; 0 for a dry run.
    public var commitSequence: UInt64
    /// Names this decision in feedback.
    public var decisionID: String

    /// An answer that is not committed yet.
    public init(
        margin: Double, probability: Double, decision: Decision, decisionRule: String, bias: Double,
        residual: Double? = nil, reasons: [Reason], links: [Link], cluster: Cluster? = nil, modelDigest: [UInt8],
        modelAlias: String,
        missingFeatureCount: Int, features: [FeatureContribution] = [], degraded: [String] = [],
        commitSequence: UInt64 = 0,
        decisionID: String = ""
    ) {
        self.margin = margin
        self.probability = probability
        self.decision = decision
        self.decisionRule = decisionRule
        self.bias = bias
        self.residual = residual
        self.reasons = reasons
        self.links = links
        self.cluster = cluster
        self.modelDigest = modelDigest
        self.modelAlias = modelAlias
        self.missingFeatureCount = missingFeatureCount
        self.features = features
        self.degraded = degraded
        self.commitSequence = commitSequence
        self.decisionID = decisionID
    }
}
