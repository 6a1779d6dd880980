/// An event log that could not be read or written.
public struct EventLogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong. The raw value is also the word for metrics.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The system refused to open, list or read.
        case cannotRead
        /// The system refused to create, write, cut or sync.
        case cannotWrite
        /// Bytes in the middle of the log that are no entry, or not the entry that was written.
        case corrupt
        /// An entry or a file that a newer program wrote.
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
    /// Which entry of the file, from 1; nil if none is at fault.
    public var entryNumber: Int?

    /// Describes one failure.
    public init(_ code: Code, message: String, file: String, byteOffset: Int? = nil, entryNumber: Int? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.byteOffset = byteOffset
        self.entryNumber = entryNumber
    }

    /// What an operator can do about it; nil: the message says it or there is nothing.
    public var remedy: String? {
        switch code {
        case .corrupt, .outOfOrder:
            "put a sound copy of the file in its place; if there is none, stop the service, copy all entries that are "
                + "whole with \"stillwatch events --salvage LOG --out NEW\" and let NEW take the log's place"
        case .unsupported: "use the program that wrote it or a later one"
        default: nil
        }
    }

    /// `corrupt [events-….swlog@4711, entry 12]: expected …, found …; put a sound copy …`
    public var description: String {
        let place = [byteOffset.map { "@\($0)" }, entryNumber.map { ", entry \($0)" }].compactMap(\.self).joined()
        return "\(code) [\(file)\(place)]: \(message)" + (remedy.map { "; \($0)" } ?? "")
    }
}

/// A system call that failed.
struct SystemFailure: Error, Equatable {
    var operation: String
    var number: CInt
}
