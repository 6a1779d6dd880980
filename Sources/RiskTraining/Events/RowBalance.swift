internal import Glibc

/// How much rows count while fitting, so that neither an account with many rows nor a campaign with many accounts
/// drowns the rest. What honest rows weigh together stays as it is, and what abusive rows do.
///
/// Without it a campaign of 23,000 accounts is all that trees learn of, and the next campaign is another one.
struct RowBalance: Equatable, Sendable {
    /// An account's rows count as its count of rows to this power less: 0 each row alike, 1 each account alike.
    var account = 0.0
    /// A campaign's rows count as what its accounts weigh to this power less: 0 each account alike, 1 each campaign.
    var campaign = 0.0

    /// No row counts for more than so many times itself: a handful of rows must not decide a model.
    static let cap = 20.0

    /// Whether every row counts as itself.
    var isNone: Bool { account == 0 && campaign == 0 }

    /// What each row counts for.
    ///
    /// - Parameters:
    ///   - rows: What each row stands for.
    ///   - accounts: The account of each row.
    ///   - labels: Whether a row is abusive.
    ///   - campaignOfAccount: The campaign of an abusive account; accounts of none are one together.
    func weights(
        _ rows: [Double], accounts: [Int], labels: [Bool], campaignOfAccount: (Int) -> Int
    ) -> [Double] {
        precondition(
            rows.count == accounts.count && rows.count == labels.count,
            "\(rows.count) weights for \(accounts.count) accounts and \(labels.count) labels")
        guard !isNone else { return rows }
        let byAccount = sums(rows, accounts)
        var weights = zip(rows, accounts).map { $0 * pow(byAccount[$1], -account) }
        let campaigns = zip(accounts, labels).map { $1 ? campaignOfAccount($0) + 1 : 0 }
        let byCampaign = sums(weights, campaigns)
        for row in weights.indices where labels[row] { weights[row] *= pow(byCampaign[campaigns[row]], -campaign) }
        keepSums(&weights, of: rows, labels)
        for row in weights.indices { weights[row] = min(weights[row], Self.cap * rows[row]) }
        keepSums(&weights, of: rows, labels)
        return weights
    }

    private func sums(_ weights: [Double], _ groups: [Int]) -> [Double] {
        var sums = Array(repeating: 0.0, count: (groups.max() ?? -1) + 1)
        for (weight, group) in zip(weights, groups) { sums[group] += weight }
        return sums
    }

    private func keepSums(_ weights: inout [Double], of rows: [Double], _ labels: [Bool]) {
        let groups = labels.map { $0 ? 1 : 0 }
        let factors = zip(sums(rows, groups), sums(weights, groups)).map { $1 > 0 ? $0 / $1 : 1 }
        for row in weights.indices { weights[row] *= factors[groups[row]] }
    }
}
