internal import RiskCore

/// Numbers accounts from 0, in the order in which they come.
struct AccountNumbers {
    private var numbers: [Reference: Int] = [:]

    /// Accounts so far.
    var count: Int { numbers.count }

    /// The account's number, a new one if it is new.
    mutating func number(of account: Reference) -> Int {
        let next = numbers.count
        return numbers[account]
            ?? {
                numbers[account] = next
                return next
            }()
    }

    /// The account's number; nil if it never came.
    subscript(account: Reference) -> Int? { numbers[account] }
}
