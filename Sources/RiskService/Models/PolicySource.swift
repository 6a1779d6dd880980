internal import Logging
internal import RiskCore
internal import RiskEventLog
internal import RiskModels
internal import Synchronization

/// The file with the operator's policy, and what it last said.
///
/// A file that cannot be read or is refused changes nothing; that is counted and logged every time.
final class PolicySource: Sendable {
    private let path: String?
    private let accepted: Mutex<OperatorPolicy?>
    private let metrics: ServiceMetrics
    private let logger: Logger

    /// Reads the file for the first time.
    ///
    /// - Parameter path: The file; nil if the models' own policies decide.
    /// - Throws: ``ServiceError`` if it is refused: a service does not start with other thresholds than it was told.
    init(path: String?, metrics: ServiceMetrics, logger: Logger) throws(ServiceError) {
        self.path = path
        self.metrics = metrics
        self.logger = logger
        do {
            accepted = Mutex(try path.map(Self.load))
        } catch {
            throw ServiceError("the policy was refused: \(error)")
        }
    }

    /// What the file last said that could be understood.
    var latest: OperatorPolicy? { accepted.withLock { $0 } }

    /// Words for where it comes from.
    var place: String { "the policy \(path ?? "of the model")" }

    /// Reads the file again; if it is refused, what it said before.
    func read() -> OperatorPolicy? {
        guard let path else { return nil }
        do {
            let policy = try Self.load(path)
            accepted.withLock { $0 = policy }
            return policy
        } catch {
            refuse("\(error)", active: nil)
            return latest
        }
    }

    /// Counts and logs a refusal.
    ///
    /// - Parameters:
    ///   - error: What is wrong.
    ///   - active: The policy that goes on deciding, if it is known.
    func refuse(_ error: String, active: String?) {
        metrics.policyRefusals.add()
        var metadata: Logger.Metadata = ["path": "\(path ?? "")", "error": "\(error)"]
        if let active { metadata["active"] = "\(active)" }
        logger.error("policy refused, the one before stays", metadata: metadata)
    }

    private static func load(_ path: String) throws -> OperatorPolicy {
        let bytes: [UInt8]
        do {
            bytes = try FileAccess.read(path, byteLimit: PolicyJSON.byteLimit)
        } catch {
            throw ServiceError(error.message)
        }
        return try PolicyJSON.decode(bytes, file: path)
    }
}
