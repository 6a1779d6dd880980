internal import RiskCore

extension LinkState {
    /// Brings the account's membership up to date after an event.
    ///
    /// - Parameters:
    ///   - account: As it is after the event.
    ///   - new: Identifiers that it came with for the first time.
    ///   - sight: What was seen before the event.
    mutating func settle(
        _ event: AccountEvent, _ keys: EventKeys, _ account: AccountLinks, new: [UInt64], _ sight: Sight
    ) {
        switch account.departures < AccountLinks.departureLimit ? sight.placement : sight.settledPlacement {
        case .apart:
            // Most accounts are in no cluster: nothing is worked out for them.
            noteLoner(keys.account, on: new)
        case .leaves:
            leave(keys.account, account)
            noteLoner(keys.account, on: new)
        case .stays(let ties):
            _ = see(event, keys, account, sight.membership, new: new, ties)
        case .bridges(let ties, let candidate):
            guard let member = see(event, keys, account, sight.membership, new: new, ties) else { return }
            if clusters.bridge(member.cluster, candidate.key, by: StableHash.hash(account.reference)) {
                let now = clusters.membership(of: keys.account)
                clusters.see(keys.account, now, ties: candidate.ties, part: member.part, atMs: keys.timeMs)
            }
        case .joins(let candidate):
            let part = part(of: account, event, before: sight.membership?.part)
            leave(keys.account, account)
            join(keys.account, account, candidate.key, candidate.ties, part, atMs: keys.timeMs)
            clusters.noteExchanges(part.exchanges - sight.exchanges, in: candidate.key, atMs: keys.timeMs)
        case .founds(let candidate):
            let part = part(of: account, event, before: nil)
            guard let number = found(keys, account, part, with: candidate) else { return }
            clusters.noteExchanges(part.exchanges - sight.exchanges, in: number, atMs: keys.timeMs)
        }
    }

    /// A member was seen; what it is now, or nil if it is none.
    private mutating func see(
        _ event: AccountEvent, _ keys: EventKeys, _ account: AccountLinks, _ before: Membership?, new: [UInt64],
        _ ties: [Tie]
    ) -> (cluster: UInt64, part: MemberPart)? {
        guard let before else { return nil }
        let part = part(of: account, event, before: before.part)
        clusters.see(keys.account, before, ties: ties, part: part, atMs: keys.timeMs)
        noteMember(of: before.cluster, on: new)
        return (before.cluster, part)
    }

    private func part(of account: AccountLinks, _ event: AccountEvent?, before: MemberPart?) -> MemberPart {
        MemberPart(account, event, template: account.latest(.template)?.key, before: before)
    }

    private mutating func noteLoner(_ account: UInt64, on keys: [UInt64]) {
        for key in keys { identifiers.modify(key) { $0.noteLoner(account) } }
    }

    /// An account that is about to be forgotten is no member any more, counts in its cluster no longer, and its label
    /// nowhere: nobody could take that back.
    ///
    /// Its identifiers still count it, as an account and as one of the cluster's: to them it would else be a stranger.
    mutating func letGo(_ key: UInt64) {
        setStanding(.unlabelled, of: key, atMs: 0, expiresAtMs: nil)
        guard let account = accounts[key] else { return }
        clusters.leave(key, account)
        clusters.forgetMember(key)
    }

    /// Labelled accounts that are spared, at most, before one goes although it is labelled.
    private static let sparedCount = 4

    /// Before an account is touched: whom that makes go is let go. What is labelled is worth more than what is not.
    mutating func makeRoom(forAccount key: UInt64) {
        for _ in 0..<Self.sparedCount {
            guard let stalest = accounts.evicted(byTouching: key),
                accounts.read(stalest, { $0.standing != .unlabelled }) == true
            else { break }
            accounts.renew(stalest)
        }
        if let stalest = accounts.evicted(byTouching: key) { letGo(stalest) }
    }

    /// The account and another one found a cluster; its number, nil if the other is gone.
    private mutating func found(
        _ keys: EventKeys, _ account: AccountLinks, _ part: MemberPart, with candidate: ClusterJoining.Candidate
    ) -> UInt64? {
        guard let other = accounts[candidate.key] else { return nil }
        let number = clusters.found(atMs: min(other.history?.firstSeenMs ?? keys.timeMs, keys.timeMs))
        let otherPart = self.part(of: other, nil, before: nil)
        join(candidate.key, other, number, candidate.ties, otherPart, atMs: keys.timeMs)
        join(keys.account, account, number, candidate.ties, part, atMs: keys.timeMs)
        return number
    }

    private mutating func join(
        _ key: UInt64, _ account: AccountLinks, _ cluster: UInt64, _ ties: [Tie], _ part: MemberPart, atMs: Int64
    ) {
        clusters.join(key, account, cluster: cluster, ties: ties, part: part, atMs: atMs)
        noteMember(of: cluster, on: account.attachments.map(\.key))
    }

    private mutating func leave(_ key: UInt64, _ account: AccountLinks) {
        guard let membership = clusters.membership(of: key) else { return }
        clusters.leave(key, account)
        accounts.modify(key) { $0.departures = min($0.departures + 1, AccountLinks.departureLimit) }
        for attachment in account.attachments {
            guard let home = home(of: attachment.key) else { continue }
            identifiers.modify(attachment.key) { $0.noteLeaver(of: membership.cluster, home: home) }
        }
    }

    private mutating func noteMember(of cluster: UInt64, on keys: [UInt64]) {
        for key in keys {
            guard let home = home(of: key) else { continue }
            identifiers.modify(key) { $0.noteMember(of: cluster, home: home) }
        }
    }

    /// The number under which an identifier's home is known now, 0 if it has none or that was forgotten; nil if the
    /// identifier is not known.
    func home(of key: UInt64) -> UInt64? {
        identifiers.read(key) { $0.home.cluster }.map { number in
            let home = number == 0 ? 0 : clusters.resolve(number)
            return clusters.isKnown(home) ? home : 0
        }
    }
}
