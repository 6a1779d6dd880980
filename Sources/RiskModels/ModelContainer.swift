internal import Crypto

/// The frame around a model file's payload: 64 bytes that say what follows and prove that it is whole.
///
///     0   8   "SWMODEL\n"
///     8   4   container version, little-endian; 1
///     12  4   zero
///     16  8   payload length in bytes, little-endian
///     24  32  SHA-256 of bytes 0 ..< 24 and the payload
///     56  8   zero
///     64  …   the payload: stillwatch.v1.ModelDocument
///
/// The digest by which a model is named everywhere is another: the SHA-256 of the whole file, as `sha256sum` gives it.
public enum ModelContainer {
    /// Bytes before the payload.
    public static let headerByteCount = 64
    /// The largest file that is read.
    public static let byteLimit = 64 << 20
    /// The version this code writes, and the only one it reads.
    public static let version: UInt32 = 1

    private static let magic = Array("SWMODEL\n".utf8)

    /// Puts the header before a payload.
    public static func seal(_ payload: [UInt8]) -> [UInt8] {
        var file = magic
        withUnsafeBytes(of: version.littleEndian) { file.append(contentsOf: $0) }
        file.append(contentsOf: [0, 0, 0, 0])
        withUnsafeBytes(of: UInt64(payload.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(contentsOf: digest(start: file[...], payload: payload[...]))
        file.append(contentsOf: repeatElement(0, count: 8))
        return file + payload
    }

    /// Checks a whole file and gives its payload and the SHA-256 of the file. Allocates nothing but the results.
    ///
    /// - Throws: ``ModelFileError`` for every file in which any bit differs from what ``seal(_:)`` made.
    public static func open(_ file: [UInt8]) throws(ModelFileError) -> (payload: ArraySlice<UInt8>, digest: [UInt8]) {
        guard file.count <= byteLimit else {
            throw ModelFileError(.tooLarge, "at most \(byteLimit) bytes are read, found \(file.count)")
        }
        let known = min(magic.count, file.count)
        if let offset = (0..<known).first(where: { file[$0] != magic[$0] }) {
            throw ModelFileError(
                .notAModel, "a model file starts with \"SWMODEL\" and a line feed, found something else",
                byteOffset: offset)
        }
        guard file.count >= headerByteCount else {
            throw ModelFileError(
                .truncated, "the header needs \(headerByteCount) bytes, found \(file.count)", byteOffset: file.count)
        }
        let found = UInt32(truncatingIfNeeded: littleEndian(file[8..<12]))
        guard found == version else {
            throw ModelFileError(
                .unsupportedVersion,
                "this program reads container version \(version), found \(found)"
                    + (found > version ? ": a newer stillwatch wrote it, or it is damaged" : ""),
                byteOffset: 8)
        }
        for offset in Array(12..<16) + Array(56..<headerByteCount) where file[offset] != 0 {
            throw ModelFileError(.malformed, "expected a zero byte, found \(file[offset])", byteOffset: offset)
        }
        let announced = littleEndian(file[16..<24])
        let present = UInt64(file.count - headerByteCount)
        guard announced == present else {
            throw ModelFileError(
                announced > present ? .truncated : .malformed,
                "the header announces \(announced) bytes of payload, found \(present)",
                byteOffset: announced > present ? file.count : 16)
        }
        let computed = digest(start: file[..<24], payload: file[headerByteCount...])
        guard computed.elementsEqual(file[24..<56]) else {
            throw ModelFileError(
                .digestMismatch,
                "the bytes 0 to 23 and \(headerByteCount) to \(file.count - 1) do not give the SHA-256 that bytes 24 "
                    + "to 55 state: the file is damaged, copy it again",
                byteOffset: 24)
        }
        return (file[headerByteCount...], Array(file.withUnsafeBytes { SHA256.hash(data: $0) }))
    }

    private static func digest(start: ArraySlice<UInt8>, payload: ArraySlice<UInt8>) -> SHA256.Digest {
        var hash = SHA256()
        start.withUnsafeBytes { hash.update(bufferPointer: $0) }
        payload.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize()
    }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
