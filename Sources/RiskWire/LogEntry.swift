public import RiskCore

/// One thing that changed the service's state, in commit order.
public struct LogEntry: Sendable, Equatable {
    /// Position in the commit order, from 1.
    public var commitSequence: UInt64
    /// The server's clock, Unix milliseconds.
    public var committedAtMs: Int64
    /// What it was.
    public var content: Content

    /// The kinds of entry.
    public enum Content: Sendable, Equatable {
        case sessionStarted(SessionStart)
        /// An event to score; without an answer in a log that was made of another source.
        case scored(AccountEvent, LoggedAnswer?)
        case observed(AccountEvent)
        case labelled(Label)
    }

    /// An entry.
    public init(commitSequence: UInt64, committedAtMs: Int64, content: Content) {
        self.commitSequence = commitSequence
        self.committedAtMs = committedAtMs
        self.content = content
    }
}

/// What can be known of an entry of the log without reading into it.
public struct LogEntryOutline: Sendable, Equatable {
    /// Position in the commit order.
    public var commitSequence: UInt64 = 0
    /// The server's clock, Unix milliseconds.
    public var committedAtMs: Int64 = 0
    /// Whether it is an event, scored or observed.
    public var isEvent = false
}

/// The beginning of a session of the log's writer.
public struct SessionStart: Sendable, Equatable {
    /// The writer's version.
    public var version: String
    /// Whether the link state was empty here; if not, it continues from the entries before.
    public var stateWasEmpty: Bool
    /// The most accounts the link state holds.
    public var accountCapacity: Int
    /// The most identifiers the link state holds.
    public var identifierCapacity: Int

    /// A beginning.
    public init(version: String, stateWasEmpty: Bool, accountCapacity: Int, identifierCapacity: Int) {
        self.version = version
        self.stateWasEmpty = stateWasEmpty
        self.accountCapacity = accountCapacity
        self.identifierCapacity = identifierCapacity
    }
}

/// What was answered to a scored event.
public struct LoggedAnswer: Sendable, Equatable {
    /// Log-odds.
    public var margin: Double
    /// Calibrated.
    public var probability: Double
    /// What the policy said.
    public var decision: Decision
    /// SHA-256 of the model file.
    public var modelDigest: [UInt8]

    /// An answer.
    public init(margin: Double, probability: Double, decision: Decision, modelDigest: [UInt8]) {
        self.margin = margin
        self.probability = probability
        self.decision = decision
        self.modelDigest = modelDigest
    }
}
