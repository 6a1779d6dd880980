internal import COpenBLAS
internal import Glibc

/// The one place where counts cross to the C library's 32-bit integers.
func blasCount(_ count: Int, _ what: @autoclosure () -> String) -> blasint {
    guard let converted = blasint(exactly: count) else {
        preconditionFailure("\(what()) is \(count), BLAS takes at most \(blasint.max)")
    }
    return converted
}

/// Keeps OpenBLAS to one thread a call; whoever wants more threads runs more calls.
///
/// The library's own pool is slower on blocks of our size and makes the last bits depend on the machine's load.
func useOneThreadPerCall() { _ = oneThread }

private let oneThread: Bool = {
    openblas_set_num_threads(1)
    return true
}()

/// The core type, the library and the C library that the last bits of training depend on; one line of text.
public let numericEnvironment: String = {
    func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "unknown" }
    return "core=\(text(openblas_get_corename())) openblas=\(text(openblas_get_config())) libc=\(libraryVersion())"
}()

/// `glibc 2.36`; the header with `gnu_get_libc_version` is not part of Swift's Glibc module, this is the same text.
private func libraryVersion() -> String {
    var bytes = Array(repeating: CChar(0), count: 64)
    let length = confstr(Int32(_CS_GNU_LIBC_VERSION), &bytes, bytes.count)
    guard length > 0 else { return "unknown" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
