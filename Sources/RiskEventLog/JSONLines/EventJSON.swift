internal import FoundationEssentials
public import RiskCore
public import RiskWire

/// One event as one line of JSON: the contract's names, an object a section.
///
/// A name that is missing or null is a missing value. The server-keyed e-mail address and phone number of a logged
/// event stand as `raw.email` and `raw.phone` with the prefix of ``ReferenceText``.
public enum EventJSON {
    /// An event that was read.
    public struct Decoded: Sendable {
        /// The event, raw identifiers beside it.
        public var event: IncomingEvent
        /// Paths of unknown fields and words that were left out; list indices are written `[]`. Empty unless lenient.
        public var dropped: [String]
    }

    /// Reads one line.
    ///
    /// - Parameter isLenient: Leave unknown fields and words out instead of refusing them.
    public static func decode(_ line: ArraySlice<UInt8>, isLenient: Bool = false) throws(FieldError) -> Decoded {
        guard String(validating: line, as: UTF8.self) != nil else {
            throw FieldError(.malformed, path: "", expected: "UTF-8 text", found: "other bytes")
        }
        let scan = JSONKeyScan(line)
        let decoded: EventLine
        do {
            decoded = try JSONDecoder().decode(
                EventLine.self, from: Data(line),
                configuration: EventLine.Configuration(isLenient: isLenient, customNames: scan.customNames))
        } catch let error as FieldError {
            throw error
        } catch {
            throw FieldError(.malformed, path: "", expected: "one JSON object", found: Self.words(error))
        }
        if let path = scan.duplicatePath {
            throw FieldError(.conflict, path: path, expected: "one value", found: "two")
        }
        return Decoded(event: IncomingEvent(builder: decoded.builder, raw: decoded.raw), dropped: decoded.dropped)
    }

    /// Not the decoder's own words: they may repeat the text.
    private static func words(_ error: any Error) -> String {
        if case DecodingError.typeMismatch = error { return "JSON that is no object" }
        return "text that is no JSON, or holds a number out of range"
    }
}
