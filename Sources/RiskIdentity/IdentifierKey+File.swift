internal import Glibc

extension IdentifierKey {
    /// Reads a key, or makes one if there is no file yet.
    ///
    /// A new key is written to a file beside it, synced and linked into place, so that of several services starting at
    /// once all use the same one and none ever reads half a key. The folder has to exist.
    public static func loadOrCreate(path: String) throws(IdentifierKeyError) -> IdentifierKey {
        do throws(IdentifierKeyError) {
            return try load(path: path)
        } catch where error.code == .missing {
            try create(path: path)
            return try load(path: path)
        }
    }

    /// Reads a key. Refuses a file that others may read or write, and one of another size.
    public static func load(path: String) throws(IdentifierKeyError) -> IdentifierKey {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure(.cannotRead, "open", path) }
            throw IdentifierKeyError(
                .missing, message: "expected a key of \(byteCount) bytes, found no file", path: path)
        }
        defer { close(descriptor) }
        try check(descriptor, path)
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw failure(.cannotRead, "read", path) }
        guard count == byteCount, let key = IdentifierKey(bytes: bytes) else { throw wrongSize(count, path) }
        return key
    }

    private static func check(_ descriptor: CInt, _ path: String) throws(IdentifierKeyError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(.cannotRead, "fstat", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw IdentifierKeyError(
                .cannotRead, message: "expected a regular file, found another kind of file", path: path)
        }
        let open = status.st_mode & 0o077
        guard open == 0 else {
            throw IdentifierKeyError(
                .openToOthers,
                message: "expected no permissions for group and others, found mode "
                    + "0\(String(status.st_mode & 0o777, radix: 8)); if nobody else has read it: chmod 600 \(path)",
                path: path)
        }
        guard Int(status.st_size) == byteCount else { throw wrongSize(Int(status.st_size), path) }
    }

    private static func create(path: String) throws(IdentifierKeyError) {
        let temporary = "\(path).new-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(.cannotCreate, "create", temporary) }
        defer {
            close(descriptor)
            unlink(temporary)
        }
        let bytes = IdentifierKey().bytes
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count == byteCount, fsync(descriptor) == 0 else { throw failure(.cannotCreate, "write", temporary) }
        // A rename would replace the key of a service that started a moment earlier; a link does not.
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure(.cannotCreate, "link", path) }
        try syncFolder(of: path)
    }

    private static func syncFolder(of path: String) throws(IdentifierKeyError) {
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(.cannotCreate, "open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(.cannotCreate, "fsync", folder) }
    }

    private static func wrongSize(_ found: Int, _ path: String) -> IdentifierKeyError {
        IdentifierKeyError(
            .wrongSize,
            message: "expected \(byteCount) bytes, found \(found); restore the key from a backup, or move the file away "
                + "to start with a new key (earlier links by raw identifiers will no longer match)",
            path: path)
    }

    private static func failure(
        _ code: IdentifierKeyError.Code, _ operation: String, _ path: String
    ) -> IdentifierKeyError {
        IdentifierKeyError(code, message: "\(operation): \(String(cString: strerror(errno)))", path: path)
    }
}
