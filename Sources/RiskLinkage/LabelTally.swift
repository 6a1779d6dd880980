/// How many accounts of a group are labelled, and when the latest were.
struct LabelTally: Sendable {
    @Compact private(set) var bad = 0
    @Compact private(set) var verified = 0
    private var bans = LatestBans()

    /// An account of the group changed its standing.
    mutating func relabel(
        from old: AccountLinks.Standing, to new: AccountLinks.Standing, oldAtMs: Int64, atMs: Int64
    ) {
        if old == .abusive {
            bad -= 1
            bans.remove(oldAtMs)
        }
        if old == .verified { verified -= 1 }
        if new == .verified { verified += 1 }
        if new == .abusive {
            bad += 1
            bans.add(atMs)
        }
    }

    /// Takes in the labels of another group.
    mutating func merge(_ other: LabelTally) {
        bad += other.bad
        verified += other.verified
        bans.merge(other.bans)
    }

    /// The labels without those of one account; nil: it is none of the group.
    func others(than account: AccountLinks?) -> (bad: Double, verified: Double, lastBanMs: Int64?) {
        let standing = account?.standing ?? .unlabelled
        return (
            Double(bad - (standing == .abusive ? 1 : 0)), Double(verified - (standing == .verified ? 1 : 0)),
            bans.latest(leavingOut: standing == .abusive ? account?.labelledAtMs : nil)
        )
    }
}
