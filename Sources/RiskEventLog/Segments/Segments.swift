internal import Glibc

/// What is asked of a log's segment files as a whole.
enum Segments {
    /// The paths of a folder's segments in order, without what an interrupted pruning left behind.
    static func paths(in directory: String) throws(EventLogError) -> [String] {
        let all = try SegmentName.list(directory: directory).map { "\(directory)/\($0)" }
        let leftovers = try leftovers(among: all)
        return all.filter { !leftovers.contains($0) }
    }

    /// Of segments in order, those that the first one stands for: a crash came before they were removed.
    static func leftovers(among paths: [String]) throws(EventLogError) -> [String] {
        guard paths.count > 1, let header = try SegmentHeader(of: paths[0]) else { return [] }
        return paths.dropFirst().filter { path in
            SegmentName.firstSequence(ofPath: path).map { $0 <= header.prunedThrough } ?? false
        }
    }

    /// The paths, of which a log's folder has to have some.
    static func expectSome(_ paths: [String], in directory: String) throws(EventLogError) -> [String] {
        guard paths.isEmpty else { return paths }
        throw EventLogError(.cannotRead, message: "expected files events-….swlog, found none", file: directory)
    }

    /// Whether a log is a folder of segments or a single file.
    static func isFolder(_ path: String) throws(EventLogError) -> Bool { try status(path).st_mode & S_IFMT == S_IFDIR }

    /// The size of a file.
    static func byteCount(_ path: String) throws(EventLogError) -> Int { Int(try status(path).st_size) }

    private static func status(_ path: String) throws(EventLogError) -> stat {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw EventLogError(.cannotRead, message: "stat: \(systemText(errno))", file: path)
        }
        return status
    }
}

extension SegmentHeader {
    /// A file's header; nil for one of version 1 or one that has none yet.
    init?(of path: String) throws(EventLogError) {
        let reader = try SegmentReader(path: path)
        guard let header = try reader.header() else { return nil }
        self = header
    }
}
