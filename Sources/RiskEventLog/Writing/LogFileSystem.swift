internal import Glibc

/// What the writer asks of the file system, so that tests can make it fail.
struct LogFileSystem: Sendable {
    /// Creates a file that does not exist yet, for appending.
    var create: @Sendable (String) throws(SystemFailure) -> CInt
    /// Opens a file for appending.
    var open: @Sendable (String) throws(SystemFailure) -> CInt
    /// Appends; may write less than asked.
    var write: @Sendable (CInt, UnsafeRawBufferPointer) throws(SystemFailure) -> Int
    /// Cuts a file.
    var truncate: @Sendable (CInt, Int) throws(SystemFailure) -> Void
    /// Waits until a file's bytes are on the disk.
    var syncData: @Sendable (CInt) throws(SystemFailure) -> Void
    /// Waits until a folder's names are on the disk.
    var syncDirectory: @Sendable (String) throws(SystemFailure) -> Void
    /// Closes a file.
    var close: @Sendable (CInt) -> Void

    /// The system's own.
    static let live = LogFileSystem(
        create: { path throws(SystemFailure) in
            try check("create") { Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o640) }
        },
        open: { path throws(SystemFailure) in
            try check("open") { Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC) }
        },
        write: { descriptor, bytes throws(SystemFailure) in
            try check("write") { Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
        },
        truncate: { descriptor, length throws(SystemFailure) in
            _ = try check("ftruncate") { ftruncate(descriptor, length) }
        },
        syncData: { descriptor throws(SystemFailure) in _ = try check("fdatasync") { fdatasync(descriptor) } },
        syncDirectory: { path throws(SystemFailure) in
            let descriptor = try check("open") { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
            defer { Glibc.close(descriptor) }
            _ = try check("fsync") { fsync(descriptor) }
        },
        close: { _ = Glibc.close($0) })

    private static func check<Result: SignedInteger>(
        _ operation: String, _ call: () -> Result
    ) throws(SystemFailure) -> Result {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw SystemFailure(operation: operation, number: errno) }
        }
    }
}
