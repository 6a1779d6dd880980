/// Abuse that is no distillation.
public struct BackgroundParameters: Sendable, Equatable {
    /// Accounts of commercial relays.
    public var relayAccounts = 6_000.0
    /// Their mean life in days.
    public var relayLifeDays = 10.0
    /// Commercial relays among which the accounts are divided.
    public var relayOperators = 12
    /// Accounts made for free credit.
    public var creditFarmAccounts = 25_000.0
    /// Their mean life in days.
    public var creditFarmLifeDays = 2.0
    /// Accounts that try stolen cards.
    public var cardTesterAccounts = 4_000.0
    /// Aged accounts whose key is stolen.
    public var stolenKeys = 800.0
    /// Hours that a stolen key is used.
    public var stolenKeyHours = 2.0...72.0

    /// The assumed abuse.
    public init() {}
}
