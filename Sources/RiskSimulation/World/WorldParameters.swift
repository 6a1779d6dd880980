public import RiskCore

/// Every assumed number of a simulated world, in one place. What is known of the alleged campaigns is in the checks.
///
/// Counts are those of scale 1; rates of one account do not scale.
public struct WorldParameters: Sendable, Equatable {
    /// Size against reality: accounts are multiplied by it.
    public var scale = 0.02
    /// Where all random numbers come from.
    public var seed: UInt64 = 1
    /// The first day that is left out, counted from the start.
    public var untilDay = WorldCalendar.dayCount

    /// Honest accounts.
    public var honestAccounts = 400_000.0
    /// Share of them that signed up before the world begins, up to 600 days.
    public var presentAtStartShare = 0.15
    /// Share of those that come back on some later day instead of being there from the first.
    public var reactivatedShare = 0.2
    /// Shares of honest accounts by segment.
    public var segmentShares = SegmentShares()
    /// What is missing from events.
    public var missingness = Missingness()
    /// What the provider learns, and when.
    public var labels = LabelParameters()
    /// November 2025 to January 2026.
    public var deepSeek = DeepSeekParameters()
    /// November 2025 to February 2026.
    public var moonshot = MoonshotParameters()
    /// December 2025 to February 2026.
    public var miniMax = MiniMaxParameters()
    /// 22 April to 5 June 2026.
    public var alibaba = AlibabaParameters()
    /// Fraud that is no distillation.
    public var background = BackgroundParameters()
    /// What the ablations change.
    public var ablations = Ablations()
    /// The same for one of the four campaigns only, in their order; nil: ``ablations``.
    public var campaignAblations = [Ablations?](repeating: nil, count: 4)
    /// Adversaries of our own that come on top, each once; every other account's events stay as they are.
    public var adversaries: [Adversary] = []
    /// Whether honest customers of unusual kinds come on top from April on; the others' events stay as they are.
    public var hasExtraPersonas = false

    /// The world of the defaults.
    public init() {}

    /// What changes one of the four campaigns, counted from 0.
    func ablations(of campaign: Int) -> Ablations { campaignAblations[campaign] ?? ablations }

    /// A count of scale 1 at this scale, at least 1.
    func scaled(_ count: Double) -> Int { max(1, Int((count * scale).rounded())) }

    /// Shares of honest accounts; what they leave of 1 goes to hobbyists.
    public struct SegmentShares: Sendable, Equatable {
        /// Single products with end users of their own.
        public var indieApp = 0.14
        /// Developers with a public coding agent.
        public var codingIndividual = 0.12
        /// Start-ups that build coding agents.
        public var startup = 0.02
        /// Laboratories behind one address and often one card.
        public var universityLab = 0.03
        /// Seats behind single sign-on.
        public var enterprise = 0.055
        /// Sub-accounts of permitted resellers.
        public var reseller = 0.004
        /// Firms that measure models.
        public var evalVendor = 0.003
        /// Nightly regressions.
        public var ciBatch = 0.006
        /// Taken from the hobbyists: proxies and alias mail.
        public var privacyTools = 0.03
        /// Taken from the hobbyists: hundreds of strangers behind one address.
        public var cgnatRegion = 0.02
        /// Taken from the hobbyists: one code, one venue, one day.
        public var hackathon = 0.01
    }

    /// Shares of accounts, or of events where it says so, that lack a field; the same for everyone.
    public struct Missingness: Sendable, Equatable {
        /// Of accounts.
        public var phone = 0.45
        /// Of accounts.
        public var device = 0.35
        /// Of accounts.
        public var addressCheck = 0.4
        /// Of events.
        public var tls = 0.1
        /// Of events.
        public var capability = 0.15
        /// Of accounts, for each of the other fields a caller may not collect.
        public var otherByAccount = 0.05
        /// Of events, for each of the other fields a caller may fail to send.
        public var otherByEvent = 0.02
    }

    /// What becomes known of accounts.
    public struct LabelParameters: Sendable, Equatable {
        /// Campaign accounts that are never found.
        public var missedCampaignShare = 0.15
        /// Mean days from the last event to the label, gamma of shape 2, where no ban told it.
        public var delayDays = 9.0
        /// Honest accounts that are wrongly labelled.
        public var wrongHonestShare = 0.003
        /// Share of those whose appeal is heard.
        public var overturnedShare = 0.3
        /// Mean days of an appeal.
        public var appealDays = 7.0
        /// Share of background abuse that is found: relays, credit farms, card testers, stolen keys.
        public var foundBackgroundShare = [0.5, 0.6, 0.8, 0.6]
    }

    /// Ablations; the defaults change nothing.
    public struct Ablations: Sendable, Equatable {
        /// Each campaign account's hours are moved by up to this many, either way.
        public var jitterHours = 0.0
        /// Multiplies campaign accounts to a card.
        public var accountsPerCardFactor = 1.0
        /// Multiplies the template families of each campaign; nil: a family for each account.
        public var templateFamiliesFactor: Double? = 1
        /// Mean share of distillation in the traffic of the relay network, or of the April campaign where it is set for
        /// that; nil: as the campaign has it.
        public var distillShare: Double?
        /// Median life in days of the replacement pool of the campaign of April; nil: as the campaign has it.
        public var poolLifeDays: Double?
        /// Probability that a campaign account has no linking fields at all.
        public var missingLinks = 0.0
        /// Probability, for each campaign account and class of identifier, of a fresh value in a shared one's place.
        public var freshIdentifiers = 0.0
        /// Classes of identifiers that every campaign account has a value of its own in.
        public var freshClasses: Set<IdentifierClass> = []
        /// Classes of identifiers that no campaign account sends.
        public var missingClasses: Set<IdentifierClass> = []
        /// Mean days to the label of one campaign's accounts; nil: as ``LabelParameters`` has it.
        public var labelDelayDays: Double?
    }
}
