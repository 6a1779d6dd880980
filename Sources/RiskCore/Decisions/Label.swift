/// What somebody found out about an account.
public struct Label: Sendable, Equatable {
    /// What was found. The raw value is the wire's number.
    public enum Verdict: Int, CaseIterable, Sendable {
        case abusive = 1
        case legitimate, verified, withdrawn

        /// The word, such as `abusive`.
        public var word: String { "\(self)" }
    }

    /// The account.
    public var account: Reference
    /// What was found.
    public var verdict: Verdict
    /// Who says so.
    public var source: String
    /// Why; may be empty.
    public var reason: String
    /// When it became known, Unix milliseconds.
    public var knownAtMs: Int64
    /// When it ends, Unix milliseconds; nil: never.
    public var expiresAtMs: Int64?

    /// A label.
    public init(
        account: Reference, verdict: Verdict, source: String, reason: String = "", knownAtMs: Int64,
        expiresAtMs: Int64? = nil
    ) {
        self.account = account
        self.verdict = verdict
        self.source = source
        self.reason = reason
        self.knownAtMs = knownAtMs
        self.expiresAtMs = expiresAtMs
    }
}
