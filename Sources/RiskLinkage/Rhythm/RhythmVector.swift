/// What is out of the ordinary in an account's rhythm, as whole numbers: a direction of length ``length``.
///
/// Four weeks of days, each at its number (since 1970) modulo 28, so that two vectors that were made on different days
/// still compare day with day; behind them the 24 hours of the day. Whole numbers, so that sums can be taken back
/// exactly and every product is exact on any kernel: |a · b| ≤ 52 × 127² < 2²⁴.
struct RhythmVector: Sendable, Equatable {
    /// Days that are looked back on.
    static let dayCount = 28
    /// Hours of a day; they stand behind the days.
    static let hourCount = 24
    /// Numbers in a vector.
    static let width = dayCount + hourCount
    /// The length of a vector before it is rounded.
    static let length = 127.0

    private var values = InlineArray<52, Int8>(repeating: 0)

    /// A vector that resembles none.
    init() {}

    /// One number.
    subscript(index: Int) -> Int {
        get { Int(values[index]) }
        set { values[index] = Int8(clamping: newValue) }
    }

    /// The place of a day.
    static func place(ofDay day: Int) -> Int { (day % dayCount + dayCount) % dayCount }

    /// The dot product.
    func dot(_ other: RhythmVector) -> Int {
        var sum: Int32 = 0
        for index in values.indices { sum &+= Int32(values[index]) &* Int32(other.values[index]) }
        return Int(sum)
    }

    static func == (left: Self, right: Self) -> Bool {
        left.values.indices.allSatisfy { left.values[$0] == right.values[$0] }
    }
}
