import Glibc
import Logging

/// Writes each log message as one line of JSON to standard error.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(label: String, logLevel: Logger.Level) {
        self.label = label
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        var line = "{\"time\":\"\(Self.timestamp())\",\"level\":\"\(event.level)\""
        line += ",\"logger\":\(JSONText.quoted(label)),\"message\":\(JSONText.quoted("\(event.message)"))"
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += ",\(JSONText.quoted(key)):\(JSONText.quoted("\(value)"))"
        }
        line += "}\n"
        StandardStream.write(line, to: STDERR_FILENO)
    }

    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func padded(_ value: Int32, _ width: Int = 2) -> String {
            let text = "\(value)"
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))T\(padded(parts.tm_hour)):"
            + "\(padded(parts.tm_min)):\(padded(parts.tm_sec)).\(padded(Int32(now.tv_nsec / 1_000_000), 3))Z"
    }
}

/// The standard streams, unbuffered.
enum StandardStream {
    /// Writes a line in one call, so that lines of different threads do not mix.
    static func write(_ line: String, to descriptor: CInt) {
        var rest = Array(line.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // Nobody reads any more: there is no one left to tell.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Text as JSON.
enum JSONText {
    /// The text in quotes, with what JSON needs escaped.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
