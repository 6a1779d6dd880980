import RiskCore
import RiskEventLog
import RiskModels
import RiskWire
import TestSupport
import Testing

@testable import RiskTraining

/// A whole evaluation on a small world, and everything it refuses.
@Suite struct EvaluationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ world: TinyWorld) throws { try world.write(to: folder) }

    private var log: String { folder.path("events.swlog") }

    private func truth() throws -> Truth { try Truth.read(path: folder.path("truth.csv")) }

    private func labels() throws -> [LabelRow] { try LabelsFile.read(path: folder.path("labels.csv")) }

    private func plan(foldLimit: Int = 0) -> EvaluationPlan {
        var plan = TinyWorld.plan
        plan.shares = [0.05, 0.02]
        plan.primaryShare = 0.05
        plan.foldLimit = foldLimit
        return plan
    }

    /// The error that an evaluation throws; nil if it throws none.
    private func refusal(_ body: () throws -> Void) -> EvaluationError? {
        do {
            try body()
            return nil
        } catch {
            return error as? EvaluationError
        }
    }

    @Test func aWorldIsJudgedForwardInTimeAndByCampaign() throws {
        try write(try TinyWorld(seed: 5, honestCount: 260))
        let evaluation = Evaluation(plan: plan(foldLimit: 2))
        #expect(evaluation.training.options.reserve == Reserve(times: 1.5, confidence: 0.95))
        let report = try evaluation.run(log: log, labels: try labels(), truth: try truth())
        let table = try #require(report.tables.first)
        #expect(report.plan.reserve.times == 1.5 && report.plan.reserve.confidence == 0.95)
        #expect(report.json.contains(#""reserve":1.5"#) && report.json.contains(#""confidence":0.95"#))
        #expect(report.text.contains("validation, reserve of 1.5"))
        #expect(report.text.contains("What the model's own rules do") && report.json.contains(#""decision":"monitor""#))
        #expect(table.honestTestCount > 80 && table.honestValidationCount > 40 && table.campaignTestCount > 40)
        let all = try #require(table.events.first)
        #expect(all.rocAUC ?? 0 > 0.8)
        #expect(table.campaigns.map(\.campaign) == ["late"])
        #expect(table.campaigns.first?.pools.map(\.segment) == ["pool1", "pool2"])
        let outcome = try #require(table.outcome(.validation, share: 0.05))
        #expect(outcome.background.map(\.kind) == ["credit_farm"])
        #expect(outcome.total.leakedShare ?? 1 < 0.9)
        #expect(table.segments.map(\.segment).sorted() == ["hobby", "lab", "startup"])

        // The same model as training by itself gives.
        var training = EventTraining()
        training.untilMs = TinyWorld.plan.trainUntilMs
        training.labelsUntilMs = TinyWorld.plan.labelsUntilMs
        let document = try training.train(log: log, labels: try labels(), digests: [])
        #expect(ModelFile.encode(document) == ModelFile.encode(try reencoded(report, document)))
        // Few are held out, so that only the mildest budget gave a rule.
        #expect(table.policy.map(\.decision) == [.monitor])
        #expect(document.policy.rules.contains { $0.decision == .monitor })
        let watched = try #require(table.policy.first?.outcome)
        #expect(watched.honest.count == outcome.honest.count && watched.total.exchanges == outcome.total.exchanges)
        #expect(watched.total.accounts.hits > 0 && watched.total.leaked < watched.total.exchanges)

        // Two of three campaigns left out, each by a model that has not seen it.
        #expect(report.folds.count == 2)
        for fold in report.folds {
            #expect(!fold.trainedOn.contains(fold.campaign) && fold.trainedOn.count == 2)
            let folded = try #require(fold.table.outcome(.validation, share: 0.05))
            #expect(folded.campaigns.map(\.campaign) == [fold.campaign])
        }
        try expectPage(report)
    }

    /// The document with the report's statement, which must not differ.
    private func reencoded(_ report: EvaluationReport, _ document: ModelDocument) throws -> ModelDocument {
        var copy = document
        copy.training = report.model.training
        #expect(copy.training == document.training)
        #expect(report.model.digest == (try ModelFile.load(ModelFile.encode(document))).digest)
        return copy
    }

    private func expectPage(_ report: EvaluationReport) throws {
        let page = report.html
        let outcome = try #require(report.tables[0].outcome(.reserved, share: 0.05))
        for word in [
            "simulation", "Forward in time", "not forward in time", "oracle", "credit_farm", "startup",
            "What the model&#39;s own rules do", Figures.percent(outcome.total.leakedShare),
            Figures.percent(outcome.honest.value), "</svg>", "too few",
        ] { #expect(page.contains(word), "\(word)") }
        #expect(!page.contains("<script") && !page.contains("http"), "nothing is fetched")
        #expect(page.filter { $0 == "\u{0}" }.isEmpty && !page.contains("nan") && !page.contains("inf\""))
        #expect(report.text.contains("simulation") && report.text.contains("leave one campaign out".capitalisedFirst))
        #expect(report.json.contains(#""simulated":true"#) && report.json.contains(#""forward_in_time":false"#))
        for word in [":nan", ",nan", "[nan", ":inf", ",inf", "-inf"] { #expect(!report.json.contains(word), "\(word)") }
    }

    /// Names are whatever a log says, and land in a page.
    @Test func namesAreEscaped() throws {
        #expect(escapeHTML("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#39;")
        #expect(JSONText.text("a\"\\\n\u{1}").written() == #""a\"\\\n\u0001""#)
        #expect(JSONText.number(.nan).written() == "null" && JSONText.number(-.infinity).written() == "null")
    }

    @Test func anotherModelsMarginsAreJudgedByTheSameCode() throws {
        try write(try TinyWorld(seed: 6, honestCount: 160))
        let evaluation = Evaluation(plan: plan())
        // The model's own margins under another name.
        let first = try evaluation.run(log: log, labels: try labels(), truth: try truth())
        var training = EventTraining()
        training.untilMs = TinyWorld.plan.trainUntilMs
        training.labelsUntilMs = TinyWorld.plan.labelsUntilMs
        let model = try ModelFile.load(
            ModelFile.encode(try training.train(log: log, labels: try labels(), digests: [])))
        let lines = try marginLines(model)
        try folder.write(Array(("commit_sequence,margin\n" + lines.joined()).utf8), "peer.csv")
        var compared = Evaluation(plan: plan(foldLimit: 2), model: model)
        compared.comparisons = [Evaluation.Comparison(name: "peer", path: folder.path("peer.csv"))]
        let report = try compared.run(log: log, labels: try labels(), truth: try truth())
        #expect(report.tables.map(\.name) == ["stillwatch", "peer"])
        for share in [0.05, 0.02] {
            let (own, peer) = (
                report.tables[0].outcome(.validation, share: share), report.tables[1].outcome(.validation, share: share)
            )
            #expect(own?.total == peer?.total && own?.threshold == peer?.threshold)
            #expect(own?.total == first.tables[0].outcome(.validation, share: share)?.total)
        }
        #expect(report.notes.contains { $0.contains("no campaign is left out") })
        try expectNoteOnOtherData(training)

        try folder.write(
            Array(("commit_sequence,margin\n" + lines.dropLast().joined()).utf8), "peer.csv")
        let missing = refusal { _ = try compared.run(log: log, labels: try labels(), truth: try truth()) }
        #expect(missing?.code == .missingMargin && missing?.message.contains("peer.csv") == true)
    }

    /// A report says that it took a model's word for having learnt from other data.
    private func expectNoteOnOtherData(_ training: EventTraining) throws {
        let digests: [[UInt8]] = [[1], [2]]
        let document = try training.train(log: log, labels: try labels(), digests: digests)
        var plan = plan()
        plan.modelIsOfOtherData = true
        let evaluation = Evaluation(plan: plan, model: try ModelFile.load(ModelFile.encode(document)))
        let report = try evaluation.run(log: log, labels: try labels(), truth: try truth(), digests: [[3]])
        #expect(report.text.contains("states other files than these"))
        #expect(report.html.contains("other data than this log") && !report.html.contains("learnt from rows before"))
    }

    private func marginLines(_ model: LoadedModel) throws -> [String] {
        let servable = try ServableMargins(model)
        let replay = try LogReplay(path: log, labels: try labels().map(\.label))
        var lines: [String] = []
        while let event = try replay.next() {
            lines.append("\(event.commitSequence),\(servable.margin(event))\n")
        }
        return lines
    }

    @Test func leakyPeriodsAreRefused() throws {
        let day = TinyWorld.moment
        let plans: [(EvaluationPlan, EvaluationError.Code)] = [
            (EvaluationPlan(trainUntilMs: day(50), testFromMs: day(40)), .leakySplit),
            (EvaluationPlan(trainUntilMs: day(50), labelsUntilMs: day(70), testFromMs: day(65)), .leakySplit),
            (EvaluationPlan(trainUntilMs: day(50), validateFromMs: day(40), testFromMs: day(65)), .leakySplit),
            (EvaluationPlan(trainUntilMs: day(50), testFromMs: day(65), testUntilMs: day(60)), .badPlan),
            (EvaluationPlan(trainUntilMs: day(50), testFromMs: day(50)), .badPlan),
        ]
        for (plan, code) in plans {
            #expect(refusal { try plan.check(campaignsAreLabelled: true) }?.code == code, "\(plan)")
        }
        var random = TinyWorld.plan
        random.split = .random
        #expect(refusal { try random.check(campaignsAreLabelled: true) }?.code == .leakySplit)
        try random.check(campaignsAreLabelled: false)
        random.allowsRandomSplit = true
        try random.check(campaignsAreLabelled: true)
    }

    @Test func modelsThatMayHaveSeenTheTestAreRefused() throws {
        func check(_ options: [String]) -> EvaluationError.Code? {
            refusal { try TinyWorld.plan.check(TrainingStatement(options: options)) }?.code
        }
        let day = TinyWorld.moment
        #expect(check(["until_ms=\(day(50))", "labels_until_ms=\(day(60))"]) == nil)
        #expect(check(["until_ms=\(day(60))", "labels_until_ms=\(day(60))"]) == .leakySplit)
        #expect(check(["until_ms=\(day(50))", "labels_until_ms=\(day(66))"]) == .leakySplit)
        #expect(check(["until_ms=none", "labels_until_ms=none"]) == .unknownTraining)
        #expect(check(["until_ms=\(day(50))"]) == .unknownTraining)
        #expect(check([]) == .unknownTraining)
    }

    /// Its period may overlap if its data are other ones, by what it states.
    @Test func aModelOfOtherDataMayOverlap() throws {
        var plan = TinyWorld.plan
        plan.modelIsOfOtherData = true
        let late = ["until_ms=\(TinyWorld.moment(90))", "labels_until_ms=\(TinyWorld.moment(99))"]
        func check(_ stated: [[UInt8]], _ files: [[UInt8]]) -> EvaluationError.Code? {
            refusal { try plan.check(TrainingStatement(dataDigests: stated, options: late), digests: files) }?.code
        }
        #expect(check([[1], [2]], [[3], [4]]) == nil)
        #expect(check([[1], [2]], [[2], [4]]) == .leakySplit)
        #expect(check([], [[3], [4]]) == .leakySplit)
    }

    @Test func aRandomSplitSaysSo() throws {
        try write(try TinyWorld(seed: 7, honestCount: 200))
        var plan = plan()
        plan.split = .random
        plan.allowsRandomSplit = true
        let report = try Evaluation(plan: plan).run(log: log, labels: try labels(), truth: try truth())
        #expect(report.text.contains("Random split by account") && report.html.contains("flatter"))
        #expect(report.json.contains(#""random":["#) && !report.json.contains(#""forward":["#))
    }

    @Test func aLabelKnownTooEarlyIsCaught() throws {
        try write(try TinyWorld(seed: 8, honestCount: 40))
        var rows = try labels()
        rows[3].knownAtMs = TinyWorld.startMs - 1
        let found = refusal { _ = try Evaluation(plan: plan()).run(log: log, labels: rows, truth: try truth()) }
        #expect(found?.code == .labelLeak)
        #expect(found?.message.contains(ReferenceText.encode(rows[3].account)) == true)
    }

    @Test func filesOfAnotherLogAreCaught() throws {
        try write(try TinyWorld(seed: 8, honestCount: 40))
        let strangers = [
            LabelRow(account: Reference("x"), isAbusive: true, campaign: "", knownAtMs: TinyWorld.moment(40))
        ]
        #expect(
            refusal { _ = try Evaluation(plan: plan()).run(log: log, labels: strangers, truth: try truth()) }?.code
                == .strangers)
        try folder.write(Array("account_ref,class,campaign,segment\nx,honest,,hobby\n".utf8), "truth.csv")
        #expect(
            refusal { _ = try Evaluation(plan: plan()).run(log: log, labels: try labels(), truth: try truth()) }?.code
                == .strangers)
    }

    /// A value that the answer went into, as a number or as a text, and one that the end of the log went into.
    @Test(arguments: ["label", "word", "total"]) func aFeatureThatKnowsTooMuchIsCaught(plant: String) throws {
        var world = try TinyWorld(seed: 9, honestCount: 200, waveCount: 60)
        world.custom = { account, total in
            switch plant {
            case "label": CustomValue(name: "planted", value: .number(account.kind == .campaign ? 2 : 1))
            case "word": CustomValue(name: "planted", value: .text(account.kind == .campaign ? account.campaign : "no"))
            default: CustomValue(name: "planted", value: .number(total / 7 + 1))
            }
        }
        try write(world)
        let found = refusal {
            _ = try Evaluation(plan: self.plan()).run(log: log, labels: try labels(), truth: try truth())
        }
        #expect(found?.code == .tooGood && found?.message.contains("custom.planted") == true, "\(plant)")
    }

    @Test func anAcceptedFeatureIsNamedInTheReport() throws {
        var world = try TinyWorld(seed: 9, honestCount: 200, waveCount: 60)
        world.custom = { account, _ in
            CustomValue(name: "planted", value: .number(account.kind == .campaign ? 2 : 1))
        }
        try write(world)
        var plan = plan()
        plan.acceptedFeatures = ["custom.planted"]
        let report = try Evaluation(plan: plan).run(log: log, labels: try labels(), truth: try truth())
        #expect(report.html.contains("accepted: custom.planted"))
        #expect(report.audits.separations.first?.feature == "custom.planted")
    }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
