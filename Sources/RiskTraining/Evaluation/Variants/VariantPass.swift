internal import RiskCore
internal import RiskEngine

/// Goes through the test once more for each variant, from a copy of all that stood when it began.
struct VariantPass {
    /// All that a variant starts from.
    private struct Base: Sendable {
        var place: LogReplay.Place
        var ledger: AccountLedger.Contents
        var judged: [Judged]
    }

    private struct Judged: Sendable {
        var model: ServableModel
        var seen: ModelJudge.Seen
    }

    private let evaluation: Evaluation
    private let ledger: AccountLedger
    private var presence = IdentifierPresence()
    private var base: Base?

    /// Above this many accounts in the link state, copies of it are used one after another.
    private static let sharedAccountLimit = 1_000_000

    init(_ evaluation: Evaluation, ledger: AccountLedger) {
        self.evaluation = evaluation
        self.ledger = ledger
    }

    /// Whether the test has begun.
    var isMarked: Bool { base != nil }

    /// Notes an event from before the test.
    mutating func note(_ event: AccountEvent) {
        presence.note(event, account: ledger.number(of: event))
    }

    /// Takes a copy of everything at the beginning of the test.
    mutating func mark(
        _ place: LogReplay.Place, _ judged: [(model: ServableModel, seen: ModelJudge.Seen)], _ ledger: AccountLedger
    ) {
        base = Base(
            place: place, ledger: ledger.contents, judged: judged.map { Judged(model: $0.model, seen: $0.seen) })
    }

    /// Judges every variant, in order.
    func run(progress: TrainingProgress) throws -> [VariantFigures] {
        guard let base else { return [] }
        let (evaluation, degradations) = (evaluation, degradations())
        let threads =
            base.place.accountCount > Self.sharedAccountLimit ? 1 : min(2, evaluation.training.options.threads)
        var figures: [VariantFigures] = []
        while figures.count < degradations.count {
            progress("judging variants", Double(figures.count) / Double(degradations.count))
            let next = Array(degradations[figures.count...].prefix(threads))
            let results = parallelMap(next.count, threads: threads) { index in
                Result { try Self.judge(next[index], base, evaluation) }
            }
            for result in results { figures.append(try result.get()) }
        }
        return figures
    }

    private static func judge(
        _ degradation: Degradation, _ base: Base, _ evaluation: Evaluation
    ) throws -> VariantFigures {
        let replay = try LogReplay(at: base.place, altering: degradation)
        let ledger = AccountLedger(base.ledger)
        let judges = base.judged.map { ModelJudge($0.seen, ledger: ledger) }
        var scratch = ServableModel.Scratch()
        while let event = try replay.next() {
            let observed = event.observation.event
            if observed.timeMs >= evaluation.plan.testUntilMs { continue }
            let account = ledger.number(of: observed)
            let added = ledger.noteExchanges(observed, account: account)
            if let type = evaluation.training.eventType, observed.type != type { continue }
            guard let part = evaluation.part(of: observed, ledger.entries[account]), part != .training else { continue }
            for (judged, judge) in zip(base.judged, judges) {
                let margin = judged.model.margin(event.observation, scratch: &scratch)
                judge.see(observed, account: account, part: part, margin: margin, added: added)
            }
        }
        return VariantFigures(
            name: degradation.name, detail: degradation.detail,
            models: judges.map {
                VariantFigures.Model(ModelTable($0, plan: evaluation.plan, model: nil), plan: evaluation.plan)
            })
    }

    private func degradations() -> [Degradation] { evaluation.variants.flatMap(degradations(of:)) }

    private func degradations(of variant: Variant) -> [Degradation] {
        switch variant {
        case .fresh(let probability):
            [degradation("fresh \(Figures.share(probability))", .fresh(probability))]
        case .absentAtHonestRate:
            [
                degradation(
                    "absent as for honest", .absent(presence.absentShares { ledger.entries[$0].kind == .honest }))
            ]
        case .without(let identifierClass):
            [degradation("without \(identifierClass.word)", .unknown([identifierClass]))]
        case .withoutEach:
            presence.classes.map { degradation("without \($0.word)", .unknown([$0])) }
        case .withoutAll:
            [degradation("without all", .unknown(Degradation.classes))]
        case .random(let count):
            (0..<count).map { number in
                let lost = randomHalf(number)
                return degradation(
                    "random \(number + 1)", .unknown(lost), detail: lost.map(\.word).joined(separator: ", "))
            }
        }
    }

    private func degradation(_ name: String, _ kind: Degradation.Kind, detail: String = "") -> Degradation {
        Degradation(
            name: name, detail: detail, kind: kind, truth: ledger.truth, seed: evaluation.training.options.seed)
    }

    /// Each class with probability ½, at least one.
    private func randomHalf(_ number: Int) -> [IdentifierClass] {
        var generator = SplitMix64(seed: evaluation.training.options.seed &+ 0x7261_6e64 &+ UInt64(number) &* 7919)
        let classes = presence.classes
        let lost = classes.filter { _ in generator.next() >> 63 == 1 }
        return lost.isEmpty ? Array(classes.prefix(1)) : lost
    }
}
