/// Accounts that belong to both of two clusters, each counted once however often it comes.
struct Bridge: Sendable {
    /// So many are remembered one by one; from then on they are sketched.
    private static let limit = 64

    private var accounts: [UInt64] = []
    private var crowd: DistinctCount?

    /// Adds an account by its ``StableHash``; how many there are with it, beyond 64 within a few per cent.
    mutating func add(_ account: UInt64) -> Int {
        if crowd == nil {
            if !accounts.contains(account) { accounts.append(account) }
            guard accounts.count == Self.limit else { return accounts.count }
            crowd = DistinctCount(before: 0)
            for account in accounts { crowd?.add(account) }
            accounts = []
        }
        crowd?.add(account)
        return max(Self.limit, crowd?.rememberedCount() ?? 0)
    }
}
