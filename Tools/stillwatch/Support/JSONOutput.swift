import Foundation

/// Objects for scripts: keys in a fixed order, numbers as they are.
enum JSONOutput {
    /// One line of JSON.
    static func line(_ object: [String: Any]) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    /// Gives a line to a script that waits for it: at once, where print keeps back what goes into a pipe.
    static func send(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
