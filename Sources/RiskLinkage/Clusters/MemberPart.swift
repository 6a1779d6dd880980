internal import RiskCore

/// What one member put into its cluster's figures, so that it can be changed, taken back, or left out of its own facts.
struct MemberPart: Sendable, Equatable {
    /// A property that a member has, has not, or of which nothing is known.
    enum Answer: UInt8, Sendable {
        case unknown, no, yes

        init(_ value: Bool?) { self = value.map { $0 ? .yes : .no } ?? .unknown }
    }

    static let noLoad = Int32.min
    /// Loads are kept as whole multiples of this, in nats.
    static let loadUnit = 1e-3

    /// The day (since 1970) on which it was made, or was first seen.
    var birthDay: Int32 = 0
    /// ln(1 + usual requests in 24 hours); ``noLoad`` before any.
    var load = MemberPart.noLoad
    /// The tenant it belongs to; 0: it is an organisation of its own.
    var tenant: UInt64 = 0
    /// Its commonest template; 0: none.
    var template: UInt64 = 0
    /// Its sign-up channel and pathway, as one number below ``routeCount``.
    var route: UInt8 = 0
    /// Whether it came through a likely proxy.
    var isAnonymised = Answer.unknown
    /// Whether it paid with a virtual card.
    var hasVirtualCard = Answer.unknown
    /// Whether it moved to a new model within two days of the last launch it lived through.
    var pivoted = Answer.unknown
    /// What is out of the ordinary in its rhythm; nil before that is known.
    var rhythm: RhythmVector?
    /// Exchanges so far, at most ``exchangeLimit``.
    var exchanges: Int64 = 0

    /// More than any account can have. What callers may state is far more, and the sum over as many members as a state
    /// can hold has to stay a whole number.
    static let exchangeLimit: Int64 = 1_000_000_000

    /// Numbers of different routes: channels and pathways, either possibly unknown.
    static let routeCount = 40

    /// A proxy confidence from which an address counts as a likely proxy.
    private static let likelyProxy = 0.5
    /// A share of a new model that counts as having moved to it, this soon after its launch.
    private static let (movedShare, movedHours) = (0.3, 48.0)

    /// No later day than this counts: squares of days are summed up.
    private static let lastDay: Int64 = 100_000

    /// Nothing put in yet.
    init() {}

    /// What an account has to put in, from what is remembered of it and its latest event.
    ///
    /// - Parameters:
    ///   - event: The event; nil if the account is taken in without one.
    ///   - template: The table key of its present template; nil: none.
    init(_ account: AccountLinks, _ event: AccountEvent?, template: UInt64?, before: MemberPart?) {
        let facts = account.history?.facts ?? AccountFacts()
        let profile = facts.profile
        let bornMs = facts.bornAtMs ?? facts.firstSeenMs ?? account.lastSeenMs
        birthDay = Int32(clamping: min(bornMs / 86_400_000, Self.lastDay))
        if let usual = facts.usualRequests { load = Int32((portableLog1p(usual) / Self.loadUnit).rounded()) }
        tenant = account.organisation ?? 0
        self.template = template ?? 0
        route = Self.route(profile)
        isAnonymised = Answer(Self.known(profile[.proxyConfidence]).map { $0 >= Self.likelyProxy })
        hasVirtualCard = Answer(Self.known(profile[.isVirtualCard]).map { $0 > 0 })
        pivoted = Self.pivot(event, before: before?.pivoted ?? .unknown)
        rhythm = account.rhythm?.vector
        exchanges = account.history?.exchanges ?? 0
    }

    private static func known(_ value: Double) -> Double? { value.isNaN ? nil : value }

    private static func route(_ profile: AccountProfile) -> UInt8 {
        let channel = known(profile[.signupChannel]).map { Int($0) + 1 } ?? 0
        let pathway = known(profile[.pathway]).map { Int($0) + 1 } ?? 0
        return UInt8(min(routeCount - 1, 5 * min(channel, 7) + min(pathway, 4)))
    }

    private static func pivot(_ event: AccountEvent?, before: Answer) -> Answer {
        guard let event, event.type == .usage else { return before }
        let (share, hours) = (event.number(.newestModelShare), event.number(.hoursSinceLaunch))
        guard !share.isNaN, !hours.isNaN else { return before }
        if hours <= movedHours, share >= movedShare { return .yes }
        // A new launch asks anew.
        return hours <= movedHours / 2 ? .no : before
    }
}
