internal import Glibc

/// The name of a segment file: `events-<first commit sequence, 20 digits>.swlog`.
///
/// 20 digits hold every UInt64, so that names sort as their sequences do.
enum SegmentName {
    private static let prefix = "events-"
    private static let suffix = ".swlog"
    private static let digitCount = 20
    /// What stands behind the name of a file that is not complete yet, before its writer's number.
    static let unfinishedMark = ".new-"

    static func of(firstSequence: UInt64) -> String {
        let digits = String(firstSequence)
        return prefix + String(repeating: "0", count: digitCount - digits.utf8.count) + digits + suffix
    }

    /// The first sequence of a segment's name; nil for a file that is none.
    static func firstSequence(of name: String) -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
        guard digits.utf8.count == digitCount, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt64(digits)
    }

    /// The first sequence of the segment at a path; nil for a file that is none.
    static func firstSequence(ofPath path: String) -> UInt64? {
        firstSequence(of: String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]))
    }

    /// The names of a folder's segments in order. Other files are left alone.
    static func list(directory: String) throws(EventLogError) -> [String] {
        try names(directory: directory).filter { firstSequence(of: $0) != nil }
    }

    /// The names of files that were to become segments when their writer ended.
    static func listUnfinished(directory: String) throws(EventLogError) -> [String] {
        try names(directory: directory).filter { name in
            let length = prefix.utf8.count + digitCount + suffix.utf8.count
            return firstSequence(of: String(name.prefix(length))) != nil
                && name.dropFirst(length).hasPrefix(unfinishedMark)
        }
    }

    private static func names(directory: String) throws(EventLogError) -> [String] {
        guard let folder = opendir(directory) else {
            throw EventLogError(.cannotRead, message: "opendir: \(systemText(errno))", file: directory)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.sorted()
    }
}

/// The system's words for an error number.
func systemText(_ number: CInt) -> String { String(cString: strerror(number)) }
