internal import Glibc
internal import RiskCore
internal import RiskModels

/// Remembers across restarts which model was promoted over the one in the model directory.
///
/// The file's name carries the digest of the model it was promoted over: once an operator puts another file into the
/// model directory, that one counts again.
struct PromotionRecord: Sendable {
    private let directory: String

    /// - Throws: ``ServiceError`` if the directory cannot be made.
    init(directory: String) throws(ServiceError) {
        try FileAccess.makeDirectory(directory)
        self.directory = directory
    }

    /// The model promoted over a model; nil if none was.
    func path(over base: [UInt8]) -> String? {
        let path = path(for: base)
        return FileAccess.stamp(path) == nil ? nil : path
    }

    /// Forgets what was promoted over a model: somebody has put that model into the model directory again.
    func forget(over base: [UInt8]) {
        FileAccess.remove(path(for: base))
    }

    /// Keeps a promoted model; promoting the base itself again forgets the one over it.
    func keep(_ file: [UInt8], digest: [UInt8], over base: [UInt8]) throws(ModelFileError) {
        if digest == base {
            FileAccess.remove(path(for: base))
        } else {
            try FileAccess.replace(path(for: base), with: file)
        }
    }

    private func path(for base: [UInt8]) -> String {
        "\(directory)/promoted-over-\(hexadecimal(base.prefix(8))).swm"
    }
}
