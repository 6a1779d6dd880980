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
        let before = sight.membership
        func part() -> MemberPart {
            MemberPart(account, event, template: account.latest(.template)?.key, before: before?.part)
        }
        switch sight.placement {
        case .apart:
            break
        case .stays(let ties):
            clusters.see(keys.account, before, ties: ties, part: part(), atMs: keys.timeMs)
            if let cluster = before?.cluster { noteMember(of: cluster, on: new) }
            return
        case .bridges(let ties, let candidate):
            let part = part()
            clusters.see(keys.account, before, ties: ties, part: part, atMs: keys.timeMs)
            guard let cluster = before?.cluster else { return }
            noteMember(of: cluster, on: new)
            if clusters.bridge(cluster, candidate.key, by: keys.account) {
                let now = clusters.membership(of: keys.account)
                clusters.see(keys.account, now, ties: candidate.ties, part: part, atMs: keys.timeMs)
            }
            return
        case .joins(let candidate):
            leave(keys.account, account)
            join(keys.account, account, candidate.key, candidate.ties, part(), atMs: keys.timeMs)
            return
        case .founds(let candidate):
            found(keys, account, part(), with: candidate)
            return
        case .leaves:
            leave(keys.account, account)
        }
        for key in new { identifiers.modify(key) { $0.noteLoner(keys.account) } }
    }

    /// An account that is about to be forgotten is no member any more, and counts in its cluster no longer.
    ///
    /// Its identifiers still count it, as an account and as one of the cluster's: to them it would else be a stranger.
    mutating func leaveCluster(beforeForgetting key: UInt64) {
        guard let account = accounts[key] else { return }
        clusters.leave(key, account)
        clusters.forgetMember(key)
    }

    /// Before an account is touched: whom that makes go leaves its cluster.
    mutating func makeRoom(forAccount key: UInt64) {
        if let stalest = accounts.evicted(byTouching: key) { leaveCluster(beforeForgetting: stalest) }
    }

    private mutating func found(
        _ keys: EventKeys, _ account: AccountLinks, _ part: MemberPart, with candidate: ClusterJoining.Candidate
    ) {
        guard let other = accounts[candidate.key] else { return }
        let number = clusters.found(atMs: min(other.history?.firstSeenMs ?? keys.timeMs, keys.timeMs))
        let otherPart = MemberPart(other, nil, template: other.latest(.template)?.key, before: nil)
        join(candidate.key, other, number, candidate.ties, otherPart, atMs: keys.timeMs)
        join(keys.account, account, number, candidate.ties, part, atMs: keys.timeMs)
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

    /// The number under which an identifier's home is known now; nil if the identifier is not known.
    private func home(of key: UInt64) -> UInt64? {
        identifiers.read(key) { $0.home.cluster }.map { $0 == 0 ? 0 : clusters.resolve($0) }
    }
}
