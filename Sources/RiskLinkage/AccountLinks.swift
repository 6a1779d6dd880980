internal import RiskCore

/// What is remembered of one account.
struct AccountLinks: Sendable {
    /// What is known about the account.
    enum Standing: Sendable {
        case unlabelled, abusive, verified
    }

    /// One identifier the account came with.
    struct Attachment: Sendable {
        let key: UInt64
        let atMs: Int64
        let identifierClass: UInt8
    }

    /// The most identifiers remembered of one account. One that comes with ever new ones forgets its oldest of the same
    /// class, and is counted anew should it return to that.
    static let attachmentLimit = 64

    var lastSeenMs: Int64
    var standing = Standing.unlabelled
    var labelledAtMs: Int64 = 0
    var labelExpiresAtMs: Int64?
    /// Oldest first.
    private(set) var attachments: [Attachment] = []

    init(lastSeenMs: Int64) {
        self.lastSeenMs = lastSeenMs
    }

    /// The identifier of a class that it came with last.
    func latest(_ identifierClass: IdentifierClass) -> Attachment? {
        attachments.last { $0.identifierClass == UInt8(identifierClass.rawValue) }
    }

    /// The attachment to an identifier, if there is one.
    func attachment(_ key: UInt64) -> Attachment? {
        attachments.first { $0.key == key }
    }

    /// Notes that it came with an identifier; whether for the first time.
    ///
    /// The latest one of a class moves to the end, so that ``latest(_:)`` finds it.
    mutating func attach(_ identifierClass: IdentifierClass, key: UInt64, atMs: Int64) -> Bool {
        if let index = attachments.firstIndex(where: { $0.key == key }) {
            if latest(identifierClass)?.key != key { attachments.append(attachments.remove(at: index)) }
            return false
        }
        if attachments.count == Self.attachmentLimit {
            let sameClass = attachments.firstIndex { $0.identifierClass == UInt8(identifierClass.rawValue) }
            attachments.remove(at: sameClass ?? 0)
        }
        attachments.append(Attachment(key: key, atMs: atMs, identifierClass: UInt8(identifierClass.rawValue)))
        return true
    }
}
