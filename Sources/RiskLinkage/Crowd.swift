/// What is remembered besides of an identifier with many accounts or organisations: sketches in place of lists.
///
/// Sketches begin early and are used late, so that few members lie before them.
struct Crowd: Sendable {
    /// From so many accounts on they are sketched as well as counted, …
    static let accountStart = 64
    /// … and beyond so many only the sketch counts: an account that was forgotten and returns is not counted again.
    static let accountLimit = 1024
    /// The same for organisations, …
    static let organisationStart = 16
    /// … and beyond so many no pair of the identifier and an organisation is remembered any more.
    static let organisationLimit = 64

    /// The identifier's life that was counted.
    let life: Int64
    private var accounts: DistinctCount?
    private var organisations: DistinctCount?

    init(life: Int64) {
        self.life = life
    }

    /// Takes in an account that is not known to be counted.
    ///
    /// - Parameters:
    ///   - hash: Its ``StableHash``.
    ///   - current: How many are counted without it.
    /// - Returns: How many there are with it.
    mutating func addAccount(_ hash: UInt64, current: Int) -> Int {
        Self.add(hash, to: &accounts, current: current, limit: Self.accountLimit)
    }

    /// Takes in an organisation likewise.
    mutating func addOrganisation(_ hash: UInt64, current: Int) -> Int {
        Self.add(hash, to: &organisations, current: current, limit: Self.organisationLimit)
    }

    /// Whether an organisation may be counted.
    func mayContainOrganisation(_ hash: UInt64) -> Bool { organisations?.mayContain(hash) ?? false }

    private static func add(_ hash: UInt64, to sketch: inout DistinctCount?, current: Int, limit: Int) -> Int {
        if sketch == nil { sketch = DistinctCount(before: current) }
        sketch?.add(hash)
        return current < limit ? current + 1 : max(current, sketch?.rememberedCount() ?? current)
    }
}
