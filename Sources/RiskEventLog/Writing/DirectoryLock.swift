internal import Glibc

/// Keeps a second writer away from a log: two would mix their entries.
///
/// The kernel drops it when the process ends, however it ends.
struct DirectoryLock: Sendable {
    private let descriptor: CInt

    /// Locks a folder, making it if it is missing.
    static func acquire(directory: String) throws(EventLogError) -> DirectoryLock {
        guard mkdir(directory, 0o750) == 0 || errno == EEXIST else {
            throw EventLogError(.cannotWrite, message: "mkdir: \(systemText(errno))", file: directory)
        }
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw EventLogError(.cannotRead, message: "open: \(systemText(errno))", file: directory)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else {
                throw EventLogError(.cannotWrite, message: "flock: \(systemText(number))", file: directory)
            }
            throw EventLogError(
                .locked, message: "expected no other writer, found one; stop it or choose another folder",
                file: directory)
        }
        return DirectoryLock(descriptor: descriptor)
    }

    /// Lets others write. Once.
    func release() { close(descriptor) }
}
