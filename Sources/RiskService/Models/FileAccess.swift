internal import Glibc
internal import RiskModels

/// The few things the service does with small files.
enum FileAccess {
    /// What tells that a file may have changed, without reading it.
    struct Stamp: Equatable, Sendable {
        let device: UInt64
        let inode: UInt64
        let byteCount: Int64
        let modifiedNs: Int64
    }

    /// A file's stamp; nil if there is no such file.
    static func stamp(_ path: String) -> Stamp? {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        return Stamp(
            device: UInt64(info.st_dev), inode: UInt64(info.st_ino), byteCount: Int64(info.st_size),
            modifiedNs: Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec))
    }

    /// A whole file of at most `byteLimit` bytes. The size is checked before memory is taken for it.
    static func read(_ path: String, byteLimit: Int) throws(ModelFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw unreadable(path) }
        guard info.st_mode & S_IFMT == S_IFREG else {
            throw ModelFileError(.unreadable, "\(path): expected a regular file")
        }
        guard info.st_size <= byteLimit else {
            throw ModelFileError(.tooLarge, "\(path): at most \(byteLimit) bytes are read, found \(info.st_size)")
        }
        var bytes = [UInt8](repeating: 0, count: Int(info.st_size))
        var filled = 0
        while filled < bytes.count {
            let start = filled
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + start, $0.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// Writes a file so that a reader finds either the old content or the new, also after a power failure.
    static func replace(_ path: String, with bytes: [UInt8]) throws(ModelFileError) {
        let temporary = path + ".writing"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw unwritable(temporary) }
        var written = 0
        while written < bytes.count {
            let start = written
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + start, $0.count - start) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        let isWhole = written == bytes.count && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard isWhole, rename(temporary, path) == 0 else {
            let code = isWhole ? errno : failure
            unlink(temporary)
            errno = code
            throw unwritable(path)
        }
        syncDirectory(of: path)
    }

    /// Removes a file if it is there.
    static func remove(_ path: String) {
        unlink(path)
        syncDirectory(of: path)
    }

    /// Makes a directory and those above it.
    static func makeDirectory(_ path: String) throws(ServiceError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += component + "/"
            guard mkdir(partial, 0o750) == 0 || errno == EEXIST else {
                throw ServiceError("cannot make the directory \(partial): \(String(cString: strerror(errno)))")
            }
        }
    }

    private static func syncDirectory(of path: String) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func unreadable(_ path: String) -> ModelFileError {
        ModelFileError(.unreadable, "cannot read \(path): \(String(cString: strerror(errno)))")
    }

    private static func unwritable(_ path: String) -> ModelFileError {
        ModelFileError(.unreadable, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
}
