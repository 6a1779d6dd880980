import Glibc
import TestSupport

extension TemporaryFolder {
    func write(_ bytes: [UInt8], to name: String, mode: mode_t) throws {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, mode)
        guard descriptor >= 0 else { throw Failure(operation: "open") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(operation: "write") }
    }
}
