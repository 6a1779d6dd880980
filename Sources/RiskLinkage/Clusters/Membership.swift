internal import RiskCore

/// That an account belongs to a cluster, and on what grounds.
struct Membership: Sendable {
    /// The cluster's number when it joined; it may have been merged since.
    var cluster: UInt64
    /// When it joined, Unix milliseconds.
    let joinedMs: Int64
    /// By class: the most that sharing one ever said, in nats. Only classes that an account cannot help sharing with
    /// its owner's other accounts are kept; prompts and networks count as long as they are shared.
    private var ties = InlineArray<18, Float>(repeating: 0)
    /// What the account put into the cluster's figures.
    var part: MemberPart

    init(cluster: UInt64, joinedMs: Int64, part: MemberPart) {
        self.cluster = cluster
        self.joinedMs = joinedMs
        self.part = part
    }

    /// The most that a class ever said.
    func tie(_ identifierClass: IdentifierClass) -> Double { Double(ties[identifierClass.rawValue]) }

    /// What lasting classes say.
    var lastingTies: [Tie] {
        IdentifierClass.linked.compactMap { tie($0) > 0 ? Tie(identifierClass: $0, nats: tie($0)) : nil }
    }

    /// Keeps the most that a class said, if it is one that lasts.
    mutating func keep(_ tie: Tie) {
        guard tie.identifierClass.character.kind.lasts else { return }
        ties[tie.identifierClass.rawValue] = max(ties[tie.identifierClass.rawValue], Float(tie.nats))
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
