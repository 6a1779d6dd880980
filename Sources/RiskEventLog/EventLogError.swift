/// An event log that could not be read or written.
public struct EventLogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong. The raw value is also the word for metrics.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The system refused to open, list or read.
        case cannotRead
        /// The system refused to create, write, cut or sync.
        case cannotWrite
        /// Bytes in the middle of the log that are no entry.
        case corrupt
        /// An entry that a newer program wrote.
        case unsupported
        /// A commit sequence that is not above the one before it.
        case outOfOrder
        /// Another process writes this log.
        case locked
        /// The buffer is full because the log cannot be written as fast as entries come, or at all.
        case bufferFull
        /// The log was closed.
        case closed
        /// More than fits, see the message.
        case limitExceeded
    }

    /// What is wrong.
    public var code: Code
    /// Expected, found, what to do.
    public var message: String
    /// The file or folder.
    public var file: String
    /// Where in the file; nil if no place is at fault.
    public var byteOffset: Int?

    /// Describes one failure.
    public init(_ code: Code, message: String, file: String, byteOffset: Int? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.byteOffset = byteOffset
    }

    /// `corrupt [events-….swlog@4711]: expected …, found …`
    public var description: String {
        "\(code) [\(file)\(byteOffset.map { "@\($0)" } ?? "")]: \(message)"
    }
}

/// A system call that failed.
struct SystemFailure: Error, Equatable {
    var operation: String
    var number: CInt
}
