internal import RiskCore

extension LinkState {
    /// Applies an event: the account's identifiers, what it remembers, and where it belongs.
    mutating func attach(
        _ event: AccountEvent, _ keys: EventKeys, _ known: AccountLinks?, _ sight: Sight
    ) {
        var account = known ?? AccountLinks(event.account, lastSeenMs: keys.timeMs)
        account.lastSeenMs = max(account.lastSeenMs, keys.timeMs)
        remember(event, of: &account)
        join(keys, &account)
        account.makeRoom(forAttachments: keys.identifiers.count)
        var new: [UInt64] = []
        var hash: UInt64?
        for (index, (identifierClass, key, isInEvent)) in keys.identifiers.enumerated() where isInEvent {
            let pair = sight.tenantPairs.isEmpty ? nil : sight.tenantPairs[index]
            if attach(identifierClass, key, pair, keys, &account, &hash) {
                if new.isEmpty { new.reserveCapacity(keys.identifiers.count - index) }
                new.append(key)
            }
        }
        followRhythm(event, keys, &account)
        makeRoom(forAccount: keys.account)
        accounts.touch(keys.account, inserting: account) { $0 = account }
        for result in rhythms.takeResults() {
            accounts.modify(result.account) { $0.rhythm?.keep(result.facts, of: result.day) }
        }
        settle(event, keys, account, new: new, sight)
    }

    /// Whether the account did not remember the identifier.
    ///
    /// - Parameters:
    ///   - known: Its pair with the tenant as it was before the event.
    ///   - hash: The account's ``StableHash``, once it was needed.
    private mutating func attach(
        _ identifierClass: IdentifierClass, _ key: UInt64, _ known: TenantPair?, _ keys: EventKeys,
        _ account: inout AccountLinks, _ hash: inout UInt64?
    ) -> Bool {
        let alive = identifier(key, identifierClass, atMs: keys.timeMs)
        if alive == nil { identifiers.remove(key) }
        let life = alive?.life ?? nextLife()
        let former = formerAttachment(key, life: life, of: keys.account, account)
        var pushedOut: AccountLinks.Attachment?
        let isUnknown = account.attach(
            identifierClass, key: key, life: life, atMs: former?.atMs ?? keys.timeMs, pushedOut: &pushedOut)
        if let pushedOut { pushOut(pushedOut, of: keys.account, account) }
        let isNew = isUnknown && former == nil
        if former != nil { takeBack(key, life: life, of: keys.account, account) }
        let accountCount = isNew ? alive.map { countWith(account.reference, &hash, on: key, $0) } ?? 1 : nil
        var organisations = alive?.organisations ?? 0
        if let organisation = account.organisation {
            let isKnown = known?.life == life && organisation == keys.organisation
            let pair = (isKnown ? known?.key : nil) ?? LinkKey.pair(key, life: life, with: organisation)
            if seeTenant(pair, of: organisations, atMs: keys.timeMs, accounts: isNew ? 1 : 0) {
                organisations = countWith(organisation: organisation, on: key, life: life, organisations)
            }
        } else if isNew {
            let own = ~Self.stableHash(account.reference, &hash, isNeeded: organisations >= Crowd.organisationStart)
            organisations = countWith(organisation: own, on: key, life: life, organisations)
        }
        var hasNewCompanion = false
        if let companion = identifierClass.companion, let other = keys.key(of: companion) {
            hasNewCompanion = seePair(LinkKey.pair(key, life: life, with: other), atMs: keys.timeMs, accounts: 0)
        }
        identifiers.touch(key, inserting: IdentifierLinks(firstSeenMs: keys.timeMs, life: life)) {
            $0.see(atMs: keys.timeMs, newCount: accountCount, account: account)
            $0.organisations = organisations
            if hasNewCompanion { $0.companions += 1 }
        }
        return isUnknown
    }

    /// The account's attachment to an identifier, if later ones pushed it out and that is still known.
    func formerAttachment(
        _ key: UInt64, life: Int64, of accountKey: UInt64, _ account: AccountLinks
    ) -> AccountLinks.Attachment? {
        guard account.isFull, account.attachment(key, life: life) == nil else { return nil }
        return pairs.read(LinkKey.pair(key, life: life, with: accountKey)) { pair in
            .former(key, life: life, atMs: pair.lastSeenMs, isOwnOrganisation: account.organisation == nil)
        }
    }

    /// An attachment makes room for another: the account stays counted on the identifier, once for all, but neither
    /// its label nor its cluster is, since nothing would take those back.
    private mutating func pushOut(
        _ attachment: AccountLinks.Attachment, of accountKey: UInt64, _ account: AccountLinks
    ) {
        let pair = LinkKey.pair(attachment.key, life: attachment.life, with: accountKey)
        pairs.touch(pair, inserting: PairLinks()) { $0.lastSeenMs = attachment.atMs }
        guard identifiers.read(attachment.key, { $0.life }) == attachment.life else { return }
        let cluster = clusters.membership(of: accountKey)?.cluster
        let home = home(of: attachment.key)
        identifiers.modify(attachment.key) {
            $0.relabel(from: account.standing, to: .unlabelled, oldAtMs: account.labelledAtMs, atMs: 0)
            if let cluster, let home { $0.noteLeaver(of: cluster, home: home) }
        }
    }

    /// An account returns to an identifier that it is counted on; its label counts there again.
    private mutating func takeBack(_ key: UInt64, life: Int64, of accountKey: UInt64, _ account: AccountLinks) {
        pairs.remove(LinkKey.pair(key, life: life, with: accountKey))
        identifiers.modify(key) {
            $0.relabel(from: .unlabelled, to: account.standing, oldAtMs: 0, atMs: account.labelledAtMs)
        }
    }

    private mutating func followRhythm(_ event: AccountEvent, _ keys: EventKeys, _ account: inout AccountLinks) {
        guard event.type == .usage else { return }
        var record = account.rhythm ?? RhythmRecord()
        rhythms.add(
            event, account: keys.account, organisation: account.organisation ?? keys.account,
            standing: account.standing, record: &record)
        account.rhythm = record
    }

    private mutating func remember(_ event: AccountEvent, of account: inout AccountLinks) {
        var history = account.history ?? AccountHistory(firstSeenMs: event.timeMs)
        history.add(event)
        population.add(event, part: &account.populationPart, old: account.history?.profile, new: history.profile)
        account.history = history
    }

    /// The account comes to belong to somebody, if the event says so: it counts there on all that it has already.
    private mutating func join(_ keys: EventKeys, _ account: inout AccountLinks) {
        guard keys.joinsOrganisation, let organisation = keys.organisation else { return }
        if keys.tenant != 0 { tenancies.note(keys.tenant, is: organisation) }
        let left = keys.leftOrganisation
        for attachment in account.join(organisation, tenant: keys.tenant, leavesAnother: left != nil) {
            move(attachment, from: left, to: organisation, atMs: keys.timeMs)
        }
    }

    /// An account that counted on an identifier for an organisation, or for one of its own, belongs to another now.
    private mutating func move(
        _ attachment: AccountLinks.Attachment, from left: UInt64?, to organisation: UInt64, atMs: Int64
    ) {
        let (key, life) = (attachment.key, attachment.life)
        guard let known = identifiers.read(key, { (life: $0.life, organisations: $0.organisations) }),
            known.life == life
        else { return }
        let wasLast = left.map { leavePair(LinkKey.pair(key, life: life, with: $0)) } ?? true
        let pairKey = LinkKey.pair(key, life: life, with: organisation)
        let isNew = seeTenant(pairKey, of: known.organisations, atMs: atMs, accounts: 1)
        // Sketches never give back: whom it counted for stays counted beside the organisation.
        let givesBack = wasLast && known.organisations <= Crowd.organisationLimit
        if isNew, !givesBack {
            let count = countWith(organisation: organisation, on: key, life: life, known.organisations)
            identifiers.modify(key) { $0.organisations = count }
        } else if givesBack, !isNew {
            identifiers.modify(key) { $0.organisations -= 1 }
        }
    }

    /// One account fewer counts for an organisation on an identifier; whether nobody is left, and the pair forgotten.
    private mutating func leavePair(_ key: UInt64) -> Bool {
        var accounts: Int32?
        pairs.modify(key) {
            $0.accounts -= 1
            accounts = $0.accounts
        }
        guard let accounts, accounts <= 0 else { return false }
        pairs.remove(key)
        return true
    }

    /// Whether the tenant is not known to be counted on an identifier, which has so many organisations. Of a crowd no
    /// more pairs are taken in.
    private mutating func seeTenant(_ pair: UInt64, of organisations: Int, atMs: Int64, accounts: Int32) -> Bool {
        if organisations > Crowd.organisationLimit, !pairs.contains(pair) { return true }
        return seePair(pair, atMs: atMs, accounts: accounts)
    }

    /// From 1 to 2³² − 1 and then from 1 again: attachments keep 32 bits.
    private mutating func nextLife() -> Int64 {
        lives = lives % Int64(UInt32.max) + 1
        return lives
    }

    /// Whether the pair is new.
    private mutating func seePair(_ key: UInt64, atMs: Int64, accounts: Int32) -> Bool {
        pairs.touch(key, inserting: PairLinks()) { pair in
            defer { pair.lastSeenMs = max(pair.lastSeenMs, atMs) }
            pair.accounts += accounts
            return pair.lastSeenMs == Int64.min
        }
    }
}
