/// What an investigator asks to take apart.
public enum CampaignTarget: Sendable, Equatable {
    /// A cluster by its name; one that was merged leads to the one it became part of.
    case cluster(ClusterID)
    /// The cluster of an account.
    case account(Reference)
}

/// A cluster as an investigator sees it: a summary, its evidence and timeline, and one page of its members.
public struct CampaignPage: Sendable, Equatable {
    /// The cluster as a whole.
    public struct Summary: Sendable, Equatable {
        /// The cluster's present name.
        public var id: ClusterID
        /// Clusters that were merged into it, oldest merge first.
        public var mergedIDs: [ClusterID] = []
        /// When its first member was seen, Unix milliseconds.
        public var bornMs: Int64 = 0
        /// When a member was last seen.
        public var lastSeenMs: Int64 = 0
        /// Members.
        public var accounts = 0
        /// Organisations among them.
        public var organisations = 0
        /// Members labelled abusive.
        public var labelledBad = 0
        /// Members labelled verified.
        public var verified = 0
        /// Exchanges of all members so far: how much was extracted.
        public var exchanges = 0.0
        /// As in ``ClusterFacts/synchrony``, of all members.
        public var synchrony: Double?
        /// As in ``ClusterFacts/templateShare``, of all members.
        public var templateShare: Double?

        /// A cluster of which nothing is known.
        public init(id: ClusterID) { self.id = id }
    }

    /// What members share of one class: the last 500 of them, in the order of ``CampaignPage/members``.
    public struct Evidence: Sendable, Equatable {
        /// The class.
        public var identifierClass: IdentifierClass
        /// Identifiers of the last 500 members that at least two of all members have.
        public var identifiers: Int
        /// Of the last 500 members those on any of these.
        public var accounts: Int
        /// Members on the commonest one.
        public var largest: Int
        /// Accounts outside the cluster on that one.
        public var outside: Int

        /// Evidence.
        public init(
            identifierClass: IdentifierClass, identifiers: Int, accounts: Int, largest: Int, outside: Int
        ) {
            self.identifierClass = identifierClass
            self.identifiers = identifiers
            self.accounts = accounts
            self.largest = largest
            self.outside = outside
        }
    }

    /// One day of the cluster.
    public struct Day: Sendable, Equatable {
        /// Midnight UTC, Unix milliseconds.
        public var startMs: Int64
        /// Members that joined.
        public var joined = 0
        /// Members labelled abusive.
        public var banned = 0
        /// Exchanges of members, by the growth of their `exchanges_total`.
        public var exchanges = 0.0

        /// A day on which nothing happened.
        public init(startMs: Int64) { self.startMs = startMs }
    }

    /// One member.
    public struct Member: Sendable, Equatable {
        /// The account.
        public var account: Reference
        /// When it joined the cluster, Unix milliseconds.
        public var joinedMs: Int64
        /// When it was first seen.
        public var firstSeenMs: Int64
        /// When it was last seen.
        public var lastSeenMs: Int64
        /// The label in force; nil: none.
        public var verdict: Label.Verdict?
        /// Its exchanges so far.
        public var exchanges: Double
        /// Classes of which it shares an identifier with another member.
        public var sharedClasses: [IdentifierClass]

        /// A member.
        public init(
            account: Reference, joinedMs: Int64, firstSeenMs: Int64, lastSeenMs: Int64, verdict: Label.Verdict?,
            exchanges: Double, sharedClasses: [IdentifierClass]
        ) {
            self.account = account
            self.joinedMs = joinedMs
            self.firstSeenMs = firstSeenMs
            self.lastSeenMs = lastSeenMs
            self.verdict = verdict
            self.exchanges = exchanges
            self.sharedClasses = sharedClasses
        }
    }

    /// The most members of a page.
    public static let memberLimit = 1000

    /// The cluster.
    public var summary: Summary
    /// What its members share, the class with most members first.
    public var evidence: [Evidence] = []
    /// Days on which something happened, oldest first; the last 180 of them.
    public var timeline: [Day] = []
    /// Members in the order in which they joined, those of a merged cluster behind those who were there before.
    public var members: [Member] = []
    /// Where the next page starts; nil after the last.
    public var nextMember: Int?

    /// A page.
    public init(summary: Summary) { self.summary = summary }
}
