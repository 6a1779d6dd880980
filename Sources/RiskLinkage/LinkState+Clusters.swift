internal import RiskCore

extension LinkState {
    /// Brings the account's membership up to date after an event.
    ///
    /// - Parameters:
    ///   - account: As it is after the event.
    ///   - new: Identifiers that it came with for the first time.
    mutating func settle(
        _ event: AccountEvent, _ keys: EventKeys, _ account: AccountLinks, new: [UInt64], _ placement: Placement
    ) {
        switch placement {
        case .apart:
            // Most accounts are in no cluster: nothing is worked out for them.
            noteLoner(keys.account, on: new)
        case .leaves:
            leave(keys.account, account)
            noteLoner(keys.account, on: new)
        case .stays(let ties):
            _ = see(event, keys, account, new: new, ties)
        case .bridges(let ties, let candidate):
            guard let member = see(event, keys, account, new: new, ties) else { return }
            if clusters.bridge(member.cluster, candidate.key, by: keys.account) {
                clusters.see(keys.account, ties: candidate.ties, part: member.part, atMs: keys.timeMs)
            }
        case .joins(let candidate):
            let part = part(of: account, event, before: clusters.membership(of: keys.account)?.part)
            leave(keys.account, account)
            join(keys.account, account, candidate.key, candidate.ties, part, atMs: keys.timeMs)
        case .founds(let candidate):
            found(keys, account, part(of: account, event, before: nil), with: candidate)
        }
    }

    /// A member was seen; what it is now, or nil if it is none.
    private mutating func see(
        _ event: AccountEvent, _ keys: EventKeys, _ account: AccountLinks, new: [UInt64], _ ties: [Tie]
    ) -> (cluster: UInt64, part: MemberPart)? {
        guard let before = clusters.membership(of: keys.account) else { return nil }
        let part = part(of: account, event, before: before.part)
        clusters.see(keys.account, ties: ties, part: part, atMs: keys.timeMs)
        noteMember(of: before.cluster, on: new)
        return (before.cluster, part)
    }

    private func part(of account: AccountLinks, _ event: AccountEvent?, before: MemberPart?) -> MemberPart {
        MemberPart(account, event, template: account.latest(.template)?.key, before: before)
    }

    private mutating func noteLoner(_ account: UInt64, on keys: [UInt64]) {
        for key in keys { identifiers.modify(key) { $0.noteLoner(account) } }
    }

    private mutating func found(
        _ keys: EventKeys, _ account: AccountLinks, _ part: MemberPart, with candidate: ClusterJoining.Candidate
    ) {
        guard let other = accounts[candidate.key] else { return }
        let number = clusters.found(atMs: min(other.history?.firstSeenMs ?? keys.timeMs, keys.timeMs))
        let otherPart = self.part(of: other, nil, before: nil)
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
        let clusters = clusters
        for attachment in account.attachments {
            identifiers.modify(attachment.key) {
                $0.noteLeaver(of: membership.cluster) { clusters.resolve($0) }
            }
        }
    }

    private mutating func noteMember(of cluster: UInt64, on keys: [UInt64]) {
        let clusters = clusters
        for key in keys {
            identifiers.modify(key) { $0.noteMember(of: cluster) { clusters.resolve($0) } }
        }
    }
}
