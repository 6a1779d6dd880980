internal import RiskCore

extension LinkState {
    /// Applies an event: the account's identifiers, what it remembers, and where it belongs.
    mutating func attach(
        _ event: AccountEvent, _ keys: EventKeys, _ known: AccountLinks?, _ placement: Placement
    ) {
        var account = known ?? AccountLinks(event.account, lastSeenMs: keys.timeMs)
        account.lastSeenMs = max(account.lastSeenMs, keys.timeMs)
        remember(event, of: &account)
        if keys.namesOrganisation, let organisation = keys.organisation {
            for attachment in account.join(organisation) { moveToTenant(attachment, organisation, atMs: keys.timeMs) }
        }
        var new: [UInt64] = []
        for (identifierClass, key, isInEvent) in keys.identifiers where isInEvent {
            if attach(identifierClass, key, keys, &account) { new.append(key) }
        }
        followRhythm(event, keys, &account)
        accounts.touch(keys.account, inserting: account) { $0 = account }
        for result in rhythms.takeResults() { accounts.modify(result.account) { $0.rhythm?.facts = result.facts } }
        settle(event, keys, account, new: new, placement)
    }

    /// Whether the account is new on the identifier.
    private mutating func attach(
        _ identifierClass: IdentifierClass, _ key: UInt64, _ keys: EventKeys, _ account: inout AccountLinks
    ) -> Bool {
        let alive = identifier(key, identifierClass, atMs: keys.timeMs)
        if alive == nil { identifiers.remove(key) }
        let life = alive?.life ?? nextLife()
        let isNew = account.attach(identifierClass, key: key, life: life, atMs: keys.timeMs)
        let accountCount = isNew ? alive.map { countWith(account.reference, on: key, $0) } ?? 1 : nil
        identifiers.touch(key, inserting: IdentifierLinks(firstSeenMs: keys.timeMs, life: life)) {
            $0.see(atMs: keys.timeMs, newCount: accountCount, account: account)
        }
        if let organisation = account.organisation {
            if seeTenant(organisation, key, life: life, atMs: keys.timeMs, accounts: isNew ? 1 : 0) {
                countOrganisation(organisation, on: key)
            }
        } else if isNew {
            countOrganisation(~StableHash.hash(account.reference), on: key)
        }
        if let companion = identifierClass.companion, let other = keys.key(of: companion),
            seePair(key, life: life, with: other, atMs: keys.timeMs, accounts: 0)
        {
            identifiers.modify(key) { $0.companions += 1 }
        }
        return isNew
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

    /// An account that counted on an identifier as an organisation of its own turns out to belong to a tenant.
    private mutating func moveToTenant(_ attachment: AccountLinks.Attachment, _ organisation: UInt64, atMs: Int64) {
        guard identifiers[attachment.key]?.life == attachment.life else { return }
        let isNew = seeTenant(organisation, attachment.key, life: attachment.life, atMs: atMs, accounts: 1)
        let isCrowd = identifiers[attachment.key].map { $0.organisations > Crowd.organisationLimit } ?? false
        if isCrowd {
            // Sketches never give back: the account stays counted beside its tenant.
            if isNew { countOrganisation(organisation, on: attachment.key) }
        } else if !isNew {
            identifiers.modify(attachment.key) { $0.organisations -= 1 }
        }
    }

    /// Whether the tenant is not known to be counted on the identifier. Of a crowd no more pairs are taken in.
    private mutating func seeTenant(
        _ organisation: UInt64, _ key: UInt64, life: Int64, atMs: Int64, accounts: Int32
    ) -> Bool {
        if let links = identifiers[key], links.organisations > Crowd.organisationLimit,
            pairs[LinkKey.pair(key, life: life, with: organisation)] == nil
        {
            return true
        }
        return seePair(key, life: life, with: organisation, atMs: atMs, accounts: accounts)
    }

    /// From 1 to 2³² − 1 and then from 1 again: attachments keep 32 bits.
    private mutating func nextLife() -> Int64 {
        lives = lives % Int64(UInt32.max) + 1
        return lives
    }

    /// Whether the pair is new.
    private mutating func seePair(
        _ key: UInt64, life: Int64, with other: UInt64, atMs: Int64, accounts: Int32
    ) -> Bool {
        pairs.touch(LinkKey.pair(key, life: life, with: other), inserting: PairLinks()) { pair in
            defer { pair.lastSeenMs = max(pair.lastSeenMs, atMs) }
            pair.accounts += accounts
            return pair.lastSeenMs == Int64.min
        }
    }
}
