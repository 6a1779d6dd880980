internal import RiskCore

/// Numbers that look random, the same for the same account, seed and question.
struct AccountDraws {
    private let base: UInt64

    init(_ account: Reference, seed: UInt64) {
        base = AccountLedger.draw(account) ^ RowSampling.draw(seed &+ 0x5157)
    }

    /// A whole number of 64 bits.
    func whole(_ question: StaticString, _ identifierClass: IdentifierClass? = nil) -> UInt64 {
        let number = UInt8(identifierClass?.rawValue ?? 0)
        return RowSampling.draw(base ^ question.withUTF8Buffer { fowlerNollVo(Array($0) + [number]) })
    }

    /// A number from 0 to below 1.
    func unit(_ question: StaticString, _ identifierClass: IdentifierClass? = nil) -> Double {
        Double(whole(question, identifierClass) >> 11) / Double(UInt64(1) << 53)
    }

    /// A value of a class that no other account has.
    func own(_ identifierClass: IdentifierClass) -> Reference {
        var bytes = Array("own".utf8)
        for part in [whole("first", identifierClass), whole("second", identifierClass)] {
            withUnsafeBytes(of: part.littleEndian) { bytes.append(contentsOf: $0) }
        }
        return Reference(bytes)
    }
}
