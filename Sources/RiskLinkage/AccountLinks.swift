internal import RiskCore

/// What is remembered of one account.
struct AccountLinks: Sendable {
    /// What is known about the account.
    enum Standing: Sendable {
        case unlabelled, abusive, verified
    }

    /// One identifier the account came with. 24 bytes.
    struct Attachment: Sendable {
        let key: UInt64
        let atMs: Int64
        private let shortLife: UInt32
        let identifierClass: UInt8
        /// Whether the account counts there as an organisation of its own.
        var isOwnOrganisation: Bool
        /// Whether it had been pushed out by later ones when it was asked for: the account is counted there, its label
        /// is not.
        private(set) var isFormer = false

        /// Which life of the identifier it was seen in. One that was forgotten in between starts another life, in
        /// which this account is not counted.
        var life: Int64 { Int64(shortLife) }

        init(key: UInt64, life: Int64, atMs: Int64, identifierClass: UInt8, isOwnOrganisation: Bool) {
            self.key = key
            self.atMs = atMs
            shortLife = UInt32(life)
            self.identifierClass = identifierClass
            self.isOwnOrganisation = isOwnOrganisation
        }

        /// One that had been pushed out.
        static func former(_ key: UInt64, life: Int64, atMs: Int64, isOwnOrganisation: Bool) -> Attachment {
            var result = Attachment(
                key: key, life: life, atMs: atMs, identifierClass: .max, isOwnOrganisation: isOwnOrganisation)
            result.isFormer = true
            return result
        }
    }

    /// Room for attachments is made in steps of this: doubling would waste a third of it.
    private static let attachmentStep = 4

    /// The most identifiers remembered of one account. Of one that comes with ever new ones the oldest of the same
    /// class is pushed out; the state keeps for a while that it is counted there.
    static let attachmentLimit = 64
    /// Whether some may have been pushed out.
    var isFull: Bool { attachments.count >= Self.attachmentLimit }

    /// Who has left so many clusters stays where it is, whatever it shares from then on: each move takes a vote from
    /// what it shared and counts as an arrival, and whoever goes to and fro would wear a ring's evidence out.
    static let departureLimit: UInt8 = 4

    /// The account as its caller names it.
    let reference: Reference
    var lastSeenMs: Int64
    /// Whom it belongs to, by the tenant it last named or else by its mail domain; nil if it is its own organisation.
    private(set) var organisation: UInt64?
    /// The tenant it last named, which may be another number than its organisation's; 0: none so far.
    private(set) var tenant: UInt64 = 0
    var standing = Standing.unlabelled
    var labelledAtMs: Int64 = 0
    var labelExpiresAtMs: Int64?
    /// What its own events said; nil before the first.
    var history: AccountHistory?
    /// What it put into the population's figures.
    var populationPart = Population.Part()
    /// Its days and hours; nil before the first usage event.
    var rhythm: RhythmRecord?
    /// How often it left a cluster, to be in none or in another; at most ``departureLimit``.
    var departures: UInt8 = 0
    /// Oldest first.
    private(set) var attachments: [Attachment] = []

    init(_ reference: Reference, lastSeenMs: Int64) {
        self.reference = reference
        self.lastSeenMs = lastSeenMs
    }

    /// The identifier of a class that it came with last.
    func latest(_ identifierClass: IdentifierClass) -> Attachment? {
        attachments.last { $0.identifierClass == UInt8(identifierClass.rawValue) }
    }

    /// The identifiers of a class that it came with last, at most so many.
    func latest(_ identifierClass: IdentifierClass, count: Int) -> ArraySlice<Attachment> {
        attachments.filter { $0.identifierClass == UInt8(identifierClass.rawValue) }.suffix(count)
    }

    /// When it was made or, if nobody said, first seen; nil before its first event.
    var bornMs: Int64? { history?.madeMs }

    /// The attachment to an identifier in its present life, if there is one.
    func attachment(_ key: UInt64, life: Int64) -> Attachment? {
        attachments.first { $0.key == key && $0.life == life }
    }

    /// Before an account comes with its first identifiers: room for so many at once.
    mutating func makeRoom(forAttachments count: Int) {
        if attachments.isEmpty { attachments.reserveCapacity(min(count, Self.attachmentLimit)) }
    }

    /// Notes that it came with an identifier; whether that was not remembered in the identifier's present life.
    ///
    /// The latest one of a class moves to the end, so that ``latest(_:)`` finds it.
    ///
    /// - Parameter pushedOut: Gets the one that made room; stays as it is if none had to.
    mutating func attach(
        _ identifierClass: IdentifierClass, key: UInt64, life: Int64, atMs: Int64, pushedOut: inout Attachment?
    ) -> Bool {
        if let index = attachments.firstIndex(where: { $0.key == key }) {
            if attachments[index].life == life {
                if !isAmongLatest(index) { attachments.append(attachments.remove(at: index)) }
                return false
            }
            attachments.remove(at: index)
        }
        if attachments.count == Self.attachmentLimit {
            let sameClass = attachments.firstIndex { $0.identifierClass == UInt8(identifierClass.rawValue) }
            pushedOut = attachments.remove(at: sameClass ?? 0)
        }
        if attachments.count == attachments.capacity {
            attachments.reserveCapacity(attachments.count + Self.attachmentStep)
        }
        attachments.append(
            Attachment(
                key: key, life: life, atMs: atMs, identifierClass: UInt8(identifierClass.rawValue),
                isOwnOrganisation: organisation == nil))
        return true
    }

    /// Whether fewer later ones of the class follow than the account has at a time.
    private func isAmongLatest(_ index: Int) -> Bool {
        let code = attachments[index].identifierClass
        let atATime = code == UInt8(IdentifierClass.prefix.rawValue) ? EventKeys.bandCount : 1
        var later = 0
        for other in attachments[(index + 1)...] where other.identifierClass == code { later += 1 }
        return later < atATime
    }

    /// The account belongs to an organisation from now on.
    ///
    /// - Parameters:
    ///   - tenant: The tenant it has named; 0: none so far.
    ///   - leavesAnother: Whether it was of another one, by its mail domain or a tenant it named before.
    /// - Returns: The identifiers where it counted as something else so far.
    mutating func join(_ organisation: UInt64, tenant: UInt64, leavesAnother: Bool) -> [Attachment] {
        (self.organisation, self.tenant) = (organisation, tenant)
        if leavesAnother { return attachments }
        let own = attachments.filter(\.isOwnOrganisation)
        for index in attachments.indices { attachments[index].isOwnOrganisation = false }
        return own
    }
}
