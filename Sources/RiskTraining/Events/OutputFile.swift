internal import Glibc

/// A file that is written piece by piece and appears under its name only once it is complete.
final class OutputFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: CInt
    private var buffer: [UInt8] = []

    /// - Throws: ``TrainingError`` with code `unwritable`.
    init(path: String) throws(TrainingError) {
        self.path = path
        temporaryPath = "\(path).writing"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(temporaryPath) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
    }

    func write(_ bytes: some Sequence<UInt8>) throws(TrainingError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 20 { try flush() }
    }

    func write(_ text: String) throws(TrainingError) { try write(text.utf8) }

    /// Puts the file in place.
    func finish() throws(TrainingError) {
        try flush()
        guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else { throw Self.failure(path) }
        close(descriptor)
        descriptor = -1
    }

    private func flush() throws(TrainingError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(temporaryPath) }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failure(_ path: String) -> TrainingError {
        TrainingError(.unwritable, "\(path): cannot write: \(String(cString: strerror(errno)))")
    }
}
