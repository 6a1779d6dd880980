extension AccountEvent {
    /// The same event with another identifier of a class, or without one; what the caller or a partner counted on the
    /// identifier that goes, goes with it.
    ///
    /// For asking what would have been: serving scores what came. The tenant stays.
    ///
    /// - Parameters:
    ///   - identifierClass: The class. Of `prefix` all values are replaced by one band of two.
    ///   - reference: What comes in its place where the event has one; nil: nothing.
    public func replacing(_ identifierClass: IdentifierClass, with reference: Reference?) -> AccountEvent {
        var event = removingCounts(of: identifierClass)
        switch identifierClass {
        case .org: break
        case .email: event.emailReference = emailReference == nil ? nil : reference
        case .phone: event.phoneReference = phoneReference == nil ? nil : reference
        case .prefix: event.prefixMinhash = prefixMinhash.isEmpty ? [] : reference.map { [$0, $0] } ?? []
        default:
            let slot = Self.identifierSlots[identifierClass.rawValue]
            if event.references[slot] != nil { event.references[slot] = reference }
        }
        return event
    }

    /// The mail domain that is an organisation's, by its class and age; nil if it is anybody's or unknown. A new one
    /// costs next to nothing.
    public var organisationByDomain: Reference? {
        guard let domainClass = word(.emailDomainClass, as: EmailDomainClass.self),
            domainClass == .corporate || domainClass == .custom,
            number(.emailDomainAgeDays) >= Self.establishedDomainDays
        else { return nil }
        return reference(.emailDomainRef)
    }

    /// Days after which a mail domain of somebody's own is an organisation.
    private static let establishedDomainDays = 180.0

    /// The same event without what the caller or a partner counted on an identifier of a class.
    private func removingCounts(of identifierClass: IdentifierClass) -> AccountEvent {
        var event = self
        event.intelLinks.removeAll { $0.identifierClass == identifierClass }
        event.partnerHits.removeAll { $0.identifierClass == identifierClass }
        return event
    }
}
