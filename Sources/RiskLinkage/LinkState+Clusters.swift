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
        let before = clusters.membership(of: keys.account)
        let part = MemberPart(
            account, event, template: account.latest(.template)?.key, before: before?.part)
        switch placement {
        case .apart:
            break
        case .stays(let ties):
            clusters.see(keys.account, ties: ties, part: part, atMs: keys.timeMs)
            if let cluster = before?.cluster { noteMember(of: cluster, on: new) }
            return
        case .bridges(let ties, let candidate):
            clusters.see(keys.account, ties: ties, part: part, atMs: keys.timeMs)
            guard let cluster = before?.cluster else { return }
            noteMember(of: cluster, on: new)
            if clusters.bridge(cluster, candidate.key, by: keys.account) {
                clusters.see(keys.account, ties: candidate.ties, part: part, atMs: keys.timeMs)
            }
            return
        case .joins(let candidate):
            leave(keys.account, account)
            join(keys.account, account, candidate.key, candidate.ties, part, atMs: keys.timeMs)
            return
        case .founds(let candidate):
            found(keys, account, part, with: candidate)
            return
        case .leaves:
            leave(keys.account, account)
        }
        for key in new { identifiers.modify(key) { $0.noteLoner(keys.account) } }
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
