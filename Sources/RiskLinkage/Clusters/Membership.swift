internal import RiskCore

/// That an account belongs to a cluster, and on what grounds.
struct Membership: Sendable {
    /// The cluster's number when it joined; it may have been merged since.
    var cluster: UInt64
    /// When it joined, Unix milliseconds.
    let joinedMs: Int64
    /// The most that belonging was ever worth before anything shared is looked at, in nats; see ``ClusterRecord``.
    var prior: Double
    /// By class: the most that sharing one ever said, in nats. Only classes that an account cannot help sharing with
    /// its owner's other accounts are kept; prompts and networks count as long as they are shared.
    private var ties = InlineArray<8, Float>(repeating: 0)
    /// What the account put into the cluster's figures.
    var part: MemberPart

    init(cluster: UInt64, joinedMs: Int64, prior: Double, part: MemberPart) {
        self.cluster = cluster
        self.joinedMs = joinedMs
        self.prior = prior
        self.part = part
    }

    /// The classes that last, in the order of ``IdentifierClass/linked``; each has a place among the ties.
    private static let lastingClasses = IdentifierClass.linked.filter(\.character.kind.lasts)
    /// By ``IdentifierClass`` raw value, the place of a class among the ties; -1: it does not last.
    private static let places = (0..<IdentifierClass.slotCount).map { number in
        lastingClasses.firstIndex { $0.rawValue == number } ?? -1
    }

    /// What lasting classes say.
    var lastingTies: [Tie] {
        var result: [Tie] = []
        for place in ties.indices where ties[place] > 0 {
            result.append(Tie(identifierClass: Self.lastingClasses[place], nats: Double(ties[place])))
        }
        return result
    }

    /// Keeps the most that a class said, if it is one that lasts.
    mutating func keep(_ tie: Tie) {
        let place = Self.places[tie.identifierClass.rawValue]
        if place >= 0 { ties[place] = max(ties[place], Float(tie.nats)) }
    }
}

/// What sharing one identifier says for belonging to a cluster.
struct Tie: Sendable {
    let identifierClass: IdentifierClass
    /// Log of how much likelier a member is to have it than somebody else, at most what the class is to be relied on.
    let nats: Double
}

extension ClassCharacter.Kind {
    /// Whether what was shared once ties for good. A prompt or a network can be left behind; patterns are anybody's.
    var lasts: Bool {
        switch self {
        case .device, .payment, .mailbox, .phone: true
        case .prompt, .network, .client, .tenant, .mailPattern, .profile, .referral: false
        }
    }
}
