internal import HeapModule
public import RiskCore

extension LinkState {
    /// Puts a label in force, or takes earlier ones back. The account's neighbours see it from the next event on.
    public mutating func apply(_ label: Label) {
        let key = LinkKey.account(label.account)
        let standing: AccountLinks.Standing =
            switch label.verdict {
            case .abusive: .abusive
            case .verified: .verified
            case .legitimate, .withdrawn: .unlabelled
            }
        makeRoom(forAccount: key)
        accounts.touch(key, inserting: AccountLinks(label.account, lastSeenMs: label.knownAtMs)) { _ in }
        let isNewExpiry = accounts[key]?.labelExpiresAtMs != label.expiresAtMs
        let before = accounts[key]?.standing
        setStanding(standing, of: key, atMs: label.knownAtMs, expiresAtMs: label.expiresAtMs)
        if (standing == .abusive) != (before == .abusive) { tellTwins(of: key, isAbusive: standing == .abusive) }
        if let expiresAtMs = label.expiresAtMs, isNewExpiry {
            expiries.insert(LabelExpiry(atMs: expiresAtMs, account: key))
            if expiries.count > expirySweepCount { sweepExpiries() }
        }
    }

    /// Takes out what no label waits for any more: labels that were replaced, withdrawn or forgotten. O(entries), once
    /// they have doubled.
    private mutating func sweepExpiries() {
        var waiting: Set<UInt64> = []
        let kept = expiries.unordered.filter { expiry in
            accounts.read(expiry.account) { $0.labelExpiresAtMs } == expiry.atMs
                && waiting.insert(expiry.account).inserted
        }
        expiries = Heap(kept)
        expirySweepCount = max(Self.leastExpirySweepCount, 2 * kept.count)
    }

    /// What is known of an account is something else from now on.
    mutating func setStanding(
        _ standing: AccountLinks.Standing, of key: UInt64, atMs: Int64, expiresAtMs: Int64?
    ) {
        guard let account = accounts[key] else { return }
        accounts.modify(key) {
            $0.standing = standing
            $0.labelExpiresAtMs = expiresAtMs
            // Said again, a label is as old as when it was said first.
            if standing != account.standing { $0.labelledAtMs = atMs }
        }
        guard standing != account.standing else { return }
        if let rhythm = account.rhythm { rhythms.setStanding(standing, of: key, slot: rhythm.slot) }
        for attachment in account.attachments where identifiers[attachment.key]?.life == attachment.life {
            identifiers.modify(attachment.key) {
                $0.relabel(from: account.standing, to: standing, oldAtMs: account.labelledAtMs, atMs: atMs)
            }
        }
        clusters.relabel(key, from: account.standing, to: standing, oldAtMs: account.labelledAtMs, atMs: atMs)
    }

    /// Who moves as an account does hears of its label now, not with the next day's comparison, as far as both are in
    /// the rhythm's sample. Not of what expires or is forgotten: of that there may be thousands at one event.
    private mutating func tellTwins(of key: UInt64, isAbusive: Bool) {
        guard let slot = accounts.read(key, { $0.rhythm?.slot }) ?? nil else { return }
        for twin in rhythms.twins(of: key, slot: slot) {
            accounts.modify(twin.account) {
                $0.rhythm?.noteLabel(ofTwinWithProduct: twin.product, isAbusive: isAbusive)
            }
        }
    }

    mutating func expireLabels(until timeMs: Int64) {
        while let expiry = expiries.min, expiry.atMs <= timeMs {
            expiries.removeMin()
            guard accounts[expiry.account]?.labelExpiresAtMs == expiry.atMs else { continue }
            setStanding(.unlabelled, of: expiry.account, atMs: expiry.atMs, expiresAtMs: nil)
        }
    }
}

/// When an account's label ends.
struct LabelExpiry: Comparable, Sendable {
    let atMs: Int64
    let account: UInt64

    static func < (left: Self, right: Self) -> Bool { left.atMs < right.atMs }
}
