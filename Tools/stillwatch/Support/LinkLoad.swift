import Foundation
import RiskCore
import RiskTraining

/// Requests to measure the link state with: accounts that come again, each with 8 to 10 identifiers.
///
/// An account has a device, a card, a billing address and a network prefix of its own, or now and then somebody else's.
/// The rest is shared by many as such things are: the k-th most used about 1/k as often as the first. The same seed
/// gives the same requests. No world to train on: nothing here is a campaign.
struct LinkLoad {
    /// One request, in numbers.
    struct Request {
        let timeMs: Int64
        let account: UInt64
        let isNewAccount: Bool
        /// Field and number of each identifier; the number is unique among all classes.
        let identifiers: [(field: EventField, number: UInt64)]
    }

    /// A month of requests however many there are, so that nothing is forgotten for its age.
    private static let spanMs = 30.0 * 86_400_000
    private static let startMs: Int64 = 1_760_000_000_000
    /// Requests of one account, on average.
    private static let requestsPerAccount = 2.0

    private var random: SplitMix64
    private let identifierCount: Double
    private var accountCount: UInt64 = 0
    private var requestCount = 0.0

    /// - Parameters:
    ///   - identifierCount: About how many identifiers the requests are to bring in the end.
    init(seed: UInt64, identifierCount: Int) {
        random = SplitMix64(seed: seed)
        self.identifierCount = Double(identifierCount)
    }

    mutating func next() -> Request {
        let isNew = accountCount == 0 || unit() < 1 / Self.requestsPerAccount
        if isNew { accountCount += 1 }
        let account = isNew ? accountCount : earlierAccount()
        var identifiers: [(EventField, UInt64)] = [
            (.deviceRef, owner(account, borrowing: 0.05)), (.instrumentRef, owner(account, borrowing: 0.03)),
            (.billingAddrRef, owner(account, borrowing: 0.15)),
            (.ipPrefixRef, unit() < 0.6 ? owner(account, borrowing: 0.1) : popular(of: identifierCount / 10) << 32),
            (.emailDomainRef, popular(of: identifierCount / 40)), (.asnRef, popular(of: 30_000)),
            (.tlsClientRef, popular(of: 500)), (.issuerProgrammeRef, popular(of: 5000)),
        ]
        if unit() < 0.6 { identifiers.append((.templateTop1Ref, popular(of: identifierCount / 10))) }
        if unit() < 0.4 { identifiers.append((.referralRef, popular(of: identifierCount / 100))) }
        requestCount += 1
        return Request(
            timeMs: Self.startMs + Int64(requestCount * Self.spanMs / identifierCount), account: account,
            isNewAccount: isNew,
            identifiers: identifiers.map { ($0.0, UInt64($0.0.spec.slot) << 56 | $0.1) })
    }

    /// The request as the link state takes it.
    static func event(_ request: Request) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, word: request.isNewAccount ? "signup" : "payment")
        try builder.set(.eventTimeMs, whole: UInt64(request.timeMs))
        try builder.set(.accountRef, reference: reference(request.account))
        for (field, number) in request.identifiers { try builder.set(field, reference: reference(number)) }
        return try builder.build()
    }

    /// 16 bytes that look like those of a keyed hash.
    private static func reference(_ number: UInt64) -> Reference {
        var random = SplitMix64(seed: number)
        let (first, second) = (random.next(), random.next())
        return Reference(
            withUnsafeBytes(of: first.littleEndian, Array.init) + withUnsafeBytes(of: second.littleEndian, Array.init))
    }

    private mutating func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }

    /// Accounts that came lately come again sooner.
    private mutating func earlierAccount() -> UInt64 {
        accountCount - min(accountCount, popular(of: Double(accountCount))) + 1
    }

    private mutating func owner(_ account: UInt64, borrowing share: Double) -> UInt64 {
        unit() < share ? earlierAccount() : account
    }

    /// A rank from 1 to `count` with a probability of about 1 ÷ rank.
    private mutating func popular(of count: Double) -> UInt64 { UInt64(max(1, exp(unit() * log(max(1, count))))) }
}
