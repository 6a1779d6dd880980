internal import Logging
internal import RiskCore
internal import RiskEngine
internal import RiskModels
internal import RiskWire
internal import Synchronization

/// The models a service holds: the active one, a staged one, and the one before for instant rollback.
///
/// Reading and checking a file happens outside the lock; the lock is held to move pointers. A refused file changes
/// nothing and is counted, logged and reported every time. Scoring threads read ``active`` or watch ``generation``.
///
/// An operator's policy belongs to a held model: it is bound when the model's file is read, so that a swap moves both
/// at once and a rollback brings both back.
final class ModelStore: Sendable {
    private struct Held {
        let model: ServedModel
        let sinceMs: Int64
    }

    private struct State {
        var active: Held
        var staged: Held?
        var previous: Held?
        /// The stamp of the watched file when it was last read.
        var stamp: FileAccess.Stamp?
        /// The digest the watched file had when it was last accepted, or its refusal.
        var fileDigest: [UInt8]
    }

    /// Grows with every swap, so that a thread can keep the model it has until this moves.
    let generation = Atomic<UInt64>(1)

    private let state: Mutex<State>
    private let filePath: String
    private let promotions: PromotionRecord
    private let policies: PolicySource
    private let alias: String
    private let metrics: ServiceMetrics
    private let logger: Logger

    /// Loads the model file, or the model that was promoted over it in an earlier session.
    ///
    /// - Throws: ``ServiceError`` if the file is refused: a service does not start without a model. The same if the
    ///   operator's policy does not go with the model that would be active.
    init(
        directory: String, name: String, promotions: PromotionRecord, policies: PolicySource, metrics: ServiceMetrics,
        logger: Logger
    ) throws(ServiceError) {
        filePath = "\(directory)/\(name).swm"
        alias = name
        self.promotions = promotions
        self.policies = policies
        self.metrics = metrics
        self.logger = logger
        let state = try Self.firstState(filePath, alias: name, promotions, policies, metrics, logger)
        self.state = Mutex(state)
        metrics.modelSwaps[.start].add()
        logger.info(
            "model active",
            metadata: [
                "digest": "\(hexadecimal(state.active.model.digest))", "path": "\(state.active.model.path)",
                "trigger": "start", "policy": "\(state.active.model.policyName)",
            ])
    }

    /// The watched file's model, or what was promoted over it, under the policy that is in force.
    private static func firstState(
        _ filePath: String, alias: String, _ promotions: PromotionRecord, _ policies: PolicySource,
        _ metrics: ServiceMetrics, _ logger: Logger
    ) throws(ServiceError) -> State {
        let now = ServiceClock.wallMs()
        let stamp = FileAccess.stamp(filePath)
        let base: ServedModel
        do {
            // Without the policy: what is promoted over this model may be what the policy is for.
            base = try load(filePath, alias: alias, policy: nil)
        } catch {
            throw ServiceError("the model \(filePath) was refused: \(error)")
        }
        let promoted = loadPromoted(over: base, alias: alias, promotions, metrics, logger)
        let active = promoted ?? base
        do {
            let bound = try active.bound(to: policies.latest)
            var state = State(active: Held(model: bound, sinceMs: now), stamp: stamp, fileDigest: base.digest)
            // A policy for the promoted model alone leaves nothing to roll back to.
            if promoted != nil, let previous = try? base.bound(to: policies.latest) {
                state.previous = Held(model: previous, sinceMs: now)
            }
            return state
        } catch {
            throw ServiceError("\(policies.place) does not go with the model \(active.path): \(error)")
        }
    }

    /// The model that was promoted over another in an earlier session; nil if none was, or if it is refused.
    private static func loadPromoted(
        over base: ServedModel, alias: String, _ promotions: PromotionRecord, _ metrics: ServiceMetrics,
        _ logger: Logger
    ) -> ServedModel? {
        guard let path = promotions.path(over: base.digest) else { return nil }
        do {
            return try load(path, alias: alias, policy: nil)
        } catch {
            metrics.modelRefusals[error.code].add()
            logger.error("promoted model refused", metadata: ["path": "\(path)", "error": "\(error)"])
            return nil
        }
    }

    /// The model that scores.
    var active: ServedModel { state.withLock { $0.active.model } }

    /// All models, the active one first.
    var list: [ModelInfo] {
        state.withLock { state in
            [(state.active, ModelInfo.Role.active), (state.staged, .staged), (state.previous, .previous)]
                .compactMap { held, role in held?.model.info(role: role, sinceMs: held?.sinceMs ?? 0) }
        }
    }

    /// Reads and checks a file and keeps it ready.
    func stage(path: String) -> Result<ModelInfo, StatusError> {
        do {
            let model = try Self.load(path, alias: alias, policy: policies.read())
            let held = Held(model: model, sinceMs: ServiceClock.wallMs())
            state.withLock { $0.staged = held }
            logger.info("model staged", metadata: ["digest": "\(hexadecimal(model.digest))", "path": "\(path)"])
            return .success(model.info(role: .staged, sinceMs: held.sinceMs))
        } catch {
            refuse(error, path: path, trigger: .admin)
            return .failure(StatusError(error))
        }
    }

    /// Makes the staged model active, if it is the one that is meant.
    func promote(digest: [UInt8]) -> Result<ModelInfo, StatusError> {
        let outcome: Result<(Held, base: [UInt8]), StatusError> = state.withLock { state in
            guard let staged = state.staged, staged.model.digest == digest else {
                let found =
                    state.staged.map { "the staged model is \(hexadecimal($0.model.digest))" } ?? "none is staged"
                return .failure(
                    StatusError(
                        .failedPrecondition, reason: "MODEL_NOT_STAGED",
                        message: "expected \(hexadecimal(digest)) to be staged, but \(found)", path: "digest"))
            }
            let held = Held(model: staged.model, sinceMs: ServiceClock.wallMs())
            state.staged = nil
            swap(to: held, in: &state)
            return .success((held, state.fileDigest))
        }
        return outcome.map { held, base in
            persist(held.model, over: base)
            return held.model.info(role: .active, sinceMs: held.sinceMs)
        }
    }

    /// Makes the previous model active again.
    func rollback() -> Result<ModelInfo, StatusError> {
        let outcome: Result<(Held, base: [UInt8]), StatusError> = state.withLock { state in
            guard let previous = state.previous else {
                return .failure(
                    StatusError(
                        .failedPrecondition, reason: "MODEL_NO_PREVIOUS",
                        message: "expected a previously active model, found none"))
            }
            let held = Held(model: previous.model, sinceMs: ServiceClock.wallMs())
            swap(to: held, in: &state)
            return .success((held, state.fileDigest))
        }
        return outcome.map { held, base in
            persist(held.model, over: base)
            return held.model.info(role: .active, sinceMs: held.sinceMs)
        }
    }

    /// Looks at the watched file; if its digest is another than when it was last accepted, checks and serves it.
    ///
    /// A look by the watch reads the file only if its stamp changed; SIGHUP always reads it, and reports a refusal
    /// again. SIGHUP then has the operator's policy, as it now stands, decide for every held model it goes with.
    func reload(_ trigger: ServiceMetrics.ModelTrigger) {
        let stamp = FileAccess.stamp(filePath)
        let lastStamp = state.withLock { state in
            defer { state.stamp = stamp }
            return state.stamp
        }
        if trigger == .watch, stamp == lastStamp { return }
        let policy = policies.read()
        reloadFile(trigger, policy)
        if trigger == .sighup { rebind(to: policy) }
    }

    private func reloadFile(_ trigger: ServiceMetrics.ModelTrigger, _ policy: OperatorPolicy?) {
        do {
            let model = try Self.load(filePath, alias: alias, policy: policy)
            let isNew = state.withLock { state in
                guard state.fileDigest != model.digest else { return false }
                state.fileDigest = model.digest
                if state.active.model.digest != model.digest {
                    swap(to: Held(model: model, sinceMs: ServiceClock.wallMs()), in: &state)
                }
                return true
            }
            if isNew {
                promotions.forget(over: model.digest)
                report(model, trigger: trigger)
            }
        } catch {
            refuse(error, path: filePath, trigger: trigger)
        }
    }

    /// Has a policy decide for every held model that it goes with; the others keep what they had. That the active one
    /// does is what was asked for, so if not, it is told.
    private func rebind(to policy: OperatorPolicy?) {
        let outcome: Result<Bool, ModelFileError> = state.withLock { state in
            state.staged = state.staged.map { Self.rebound($0, to: policy) }
            state.previous = state.previous.map { Self.rebound($0, to: policy) }
            guard state.active.model.servable.operatorPolicy != policy else { return .success(false) }
            do throws(ModelFileError) {
                let model = try state.active.model.bound(to: policy)
                state.active = Held(model: model, sinceMs: state.active.sinceMs)
                generation.wrappingAdd(1, ordering: .releasing)
                return .success(true)
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let changed):
            if changed { logger.info("policy in force", metadata: ["policy": "\(active.policyName)"]) }
        case .failure(let error):
            policies.refuse("\(error)", active: active.policyName)
        }
    }

    private static func rebound(_ held: Held, to policy: OperatorPolicy?) -> Held {
        guard let model = try? held.model.bound(to: policy) else { return held }
        return Held(model: model, sinceMs: held.sinceMs)
    }

    private func swap(to held: Held, in state: inout State) {
        // The active model promoted again must not push the one before it out of reach.
        if held.model.digest != state.active.model.digest { state.previous = state.active }
        state.active = held
        generation.wrappingAdd(1, ordering: .releasing)
    }

    private func persist(_ model: ServedModel, over base: [UInt8]) {
        report(model, trigger: .admin)
        do {
            try promotions.keep(model.file, digest: model.digest, over: base)
        } catch {
            metrics.modelPersistErrors.add()
            logger.error(
                "the model is active, but a restart will not find it", metadata: ["error": "\(error)"])
        }
    }

    private func report(_ model: ServedModel, trigger: ServiceMetrics.ModelTrigger) {
        metrics.modelSwaps[trigger].add()
        logger.info(
            "model active",
            metadata: [
                "digest": "\(hexadecimal(model.digest))", "path": "\(model.path)", "trigger": "\(trigger)",
                "policy": "\(model.policyName)",
            ])
    }

    private func refuse(_ error: ModelFileError, path: String, trigger: ServiceMetrics.ModelTrigger) {
        metrics.modelRefusals[error.code].add()
        logger.error(
            "model refused, the active one stays",
            metadata: [
                "path": "\(path)", "error": "\(error)", "trigger": "\(trigger)",
                "active": "\(hexadecimal(active.digest))",
            ])
    }

    private static func load(
        _ path: String, alias: String, policy: OperatorPolicy?
    ) throws(ModelFileError) -> ServedModel {
        let file = try FileAccess.read(path, byteLimit: ModelContainer.byteLimit)
        let servable = try ServableModel(try ModelFile.load(file), policy: policy)
        return ServedModel(servable: servable, alias: alias, path: path, file: file)
    }
}
