import Foundation

/// A text file that is written line by line and appears under its name only once it is complete.
final class TextFile {
    private let path: String
    private let temporary: String
    private let handle: FileHandle
    private var buffer = Data()

    init(_ path: String) throws {
        self.path = path
        temporary = path + ".writing"
        guard FileManager.default.createFile(atPath: temporary, contents: nil),
            let handle = FileHandle(forWritingAtPath: temporary)
        else { throw ToolError("cannot write \(path)") }
        self.handle = handle
    }

    func writeLine(_ line: String) throws {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count > 1 << 20 { try flush() }
    }

    /// Puts the file in place.
    func finish() throws {
        try flush()
        do {
            try handle.synchronize()
            try handle.close()
            guard rename(temporary, path) == 0 else { throw ToolError(String(cString: strerror(errno))) }
        } catch {
            throw ToolError("cannot write \(path): \(error)")
        }
    }

    private func flush() throws {
        do {
            try handle.write(contentsOf: buffer)
        } catch {
            throw ToolError("cannot write \(temporary): \(error)")
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// A value as a field of a CSV line.
func csvField(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
