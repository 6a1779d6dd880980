import Glibc

/// A folder that goes away with the value that made it.
public final class TemporaryFolder {
    /// A call of the system that failed.
    public struct Failure: Error {
        let operation: String

        /// Names the call.
        public init(operation: String) { self.operation = operation }
    }

    /// Where it is.
    public let path: String

    /// Makes a folder that nobody else has.
    public init() throws {
        var template = Array("/tmp/stillwatch-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(operation: "mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for entry in entries() { unlink("\(path)/\(entry)") }
        rmdir(path)
    }

    /// The names in it, sorted.
    public func entries() -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
