internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Clears the way for the admin listener's Unix socket.
enum AdminSocket {
    /// Removes a socket that a dead service left behind. One that answers belongs to a running service and is left.
    ///
    /// - Throws: ``ServiceError`` if a service answers there, or something else than a socket is in the way.
    static func makeWay(for path: String, group: MultiThreadedEventLoopGroup) async throws {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        guard info.st_mode & S_IFMT == S_IFSOCK else {
            throw ServiceError("cannot listen on the admin socket \(path): something that is not a socket is there")
        }
        if let channel = try? await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get() {
            try? await channel.close()
            throw ServiceError("cannot listen on the admin socket \(path): a running service answers there")
        }
        unlink(path)
    }
}
