import ArgumentParser
import Foundation
import RiskCore
import RiskTraining

/// How to train: what `train` and `evaluate` share.
struct LearningArguments: ParsableArguments {
    @Option(help: "Kind of model: logistic, or trees (gradient-boosted).")
    var kind = "logistic"

    @OptionGroup(title: "Trees (--kind trees)")
    var trees: TreeArguments

    @Option(help: "Decides what is held out of a CSV, and the samples that trees are grown on.")
    var seed: UInt64 = 1

    @Option(
        help: """
            Share of a CSV's rows, or of the events' by accounts, that is held out; 0: none, at most 100 trees a forest.
            """)
    var heldOutShare = TrainingOptions().heldOutShare

    @Option(help: "Threads at most; the result is the same for any number. Default: one for each core.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Strength of a pull that makes weights of a logistic model or linear base exactly 0. Default: 0.")
    var l1: Double?

    @Option(
        help: "Strength of the pull of a logistic model's or linear base's weights towards 0, as 1 ÷ C. Default: 1.")
    var l2: Double?

    @Option(
        help: ArgumentHelp(
            "Share of honest held-out accounts (of rows for --csv) that may ever reach each decision, mildest first.",
            valueName: "decision=share,..."))
    var budget = FalsePositiveBudget.text(FalsePositiveBudget.standard)

    @Option(
        help: """
            Set thresholds where so many times fewer honest held-out accounts than stated reach them, since a campaign \
            that runs draws honest accounts with it. Default: 1, from events 1.5. None at all: --confidence 0.5, too.
            """)
    var reserve: Double?

    @Option(
        help: """
            Set thresholds where still fewer reach them, so that chance alone breaks no budget, as surely as this; \
            0.5: it is not asked. Of few held-out accounts it asks for much. Default: 0.5, from events 0.95.
            """)
    var confidence: Double?

    @Option(help: "Learn for one decision point: signup, payment or usage; or all.")
    var decisionPoint = "all"

    @Option(help: "What an account without a label is: negative or skip.")
    var unlabelled = EventTraining.Unlabelled.negative

    @Option(help: "What an account labelled abusive without a campaign is: positive or skip.")
    var unattributed = EventTraining.Unattributed.positive

    @Option(
        help: """
            What an account without a label is that looks like those of a known campaign: negative, or skip, since \
            nobody finds all of a campaign. Default: skip for trees.
            """)
    var doubtful: EventTraining.Doubtful?

    @Option(
        help: ArgumentHelp(
            "Campaigns whose accounts are no rows, to see what a model says that never saw them.",
            valueName: "campaign,..."))
    var excludeCampaigns = ""

    @Option(
        help: """
            Above this many rows, usage events of accounts not labelled abusive are thinned out by halves, and those \
            that stay count more; those of accounts labelled abusive likewise above half as many.
            """)
    var rowLimit = 2_000_000

    @Option(
        help: ArgumentHelp(
            "Leave out the event features whose names begin so, such as rhythm.,link.card, to see what they add.",
            valueName: "prefix,..."))
    var without = ""

    @Flag(
        inversion: .prefixedNo,
        help: """
            From events, learn each row also as it would look had accounts shared less, or (three accounts in ten) \
            had it any customer's looks and its own network, or (one in ten) been stolen: neither a missing link nor \
            an honest look is innocence. Goes through the log once more. Default: for trees.
            """)
    var identifierDropout: Bool?

    @Option(help: "What the row with fewer links counts for while fitting, of it and its copies; above 0 and below 1.")
    var alteredShare = 0.5

    @Option(
        help: ArgumentHelp(
            """
            Of the accounts not labelled abusive, the share whose altered rows of the first 30 days stand in a past \
            campaign's crowd, as if nobody there were labelled: a burst of new accounts is no proof. Of two forests \
            the second does without. 0 to 1.
            """, valueName: "share"))
    var innocentCrowds = 0.5

    @Option(help: "How far an account's many rows count for less while fitting, 0 to 1. Default: 0.5 for trees.")
    var accountBalance: Double?

    @Option(help: "How far a campaign's many accounts count for less while fitting, 0 to 1. Default: 0.5 for trees.")
    var campaignBalance: Double?

    @Option(help: "The model's name inside the file.")
    var name = "stillwatch"

    func validate() throws {
        guard let kind = TrainingOptions.Kind(rawValue: kind) else {
            throw ValidationError("--kind: expected logistic or trees, found \"\(kind)\"")
        }
        if kind == .logistic, let name = trees.givenName { throw ValidationError("\(name) needs --kind trees") }
        try trees.check()
        guard decisionPoint == "all" || EventType.words.contains(decisionPoint) else {
            throw ValidationError(
                "--decision-point: expected all, \(EventType.words.joined(separator: ", ")), found \"\(decisionPoint)\""
            )
        }
        do {
            _ = try FalsePositiveBudget.parse(budget)
        } catch {
            throw ValidationError("--\(error.message)")
        }
        guard reserve ?? 1 >= 1, reserve?.isFinite ?? true else {
            throw ValidationError("--reserve: expected a finite number of at least 1, found \(reserve ?? 1)")
        }
        guard (0.5..<1).contains(confidence ?? 0.5) else {
            throw ValidationError("--confidence: expected 0.5 to below 1, found \(confidence ?? 0.5)")
        }
        guard (0...1).contains(innocentCrowds) else {
            throw ValidationError("--innocent-crowds: expected 0 to 1, found \(innocentCrowds)")
        }
        let usual = EventTraining()
        guard identifierDropout ?? (kind == .trees) || innocentCrowds == usual.innocentCrowds else {
            throw ValidationError("--innocent-crowds needs rows that come twice: --identifier-dropout")
        }
        guard threads >= 1, l1 ?? 0 >= 0, l2 ?? 0 >= 0, rowLimit >= 1 else {
            throw ValidationError("expected --threads and --row-limit of at least 1, --l1 and --l2 of at least 0")
        }
    }

    /// The parameters of a model that were given, as ``TuningOptions/fixed`` names them.
    var givenParameters: Set<String> {
        let flags = trees.givenNames + (l1 == nil ? [] : ["--l1"]) + (l2 == nil ? [] : ["--l2"])
        return Set(flags.map { String($0.dropFirst(2)).replacing("-", with: "_") })
    }

    /// An option that only events know and that was given; nil: none was. What says no other than the default is none.
    var eventOption: String? {
        let usual = EventTraining()
        let given: [(name: String, isGiven: Bool)] = [
            ("--decision-point", decisionPoint != "all"), ("--unlabelled", unlabelled != usual.unlabelled),
            ("--unattributed", unattributed != usual.unattributed), ("--doubtful", doubtful != nil),
            ("--exclude-campaigns", !excludeCampaigns.isEmpty), ("--row-limit", rowLimit != usual.rowLimit),
            ("--without", !without.isEmpty), ("--identifier-dropout", identifierDropout != nil),
            ("--altered-share", alteredShare != usual.alteredShare),
            ("--innocent-crowds", innocentCrowds != usual.innocentCrowds), ("--account-balance", accountBalance != nil),
            ("--campaign-balance", campaignBalance != nil),
        ]
        return given.first(where: \.isGiven)?.name
    }

    /// The options as the library takes them; what is not given is as usual.
    func options(usual: TrainingOptions) throws -> TrainingOptions {
        var options = usual
        options.seed = seed
        options.threads = threads
        options.heldOutShare = heldOutShare
        options.budgets = try FalsePositiveBudget.parse(budget)
        options.reserve.times = reserve ?? options.reserve.times
        options.reserve.confidence = confidence ?? options.reserve.confidence
        options.l1 = l1 ?? options.l1
        options.l2 = l2 ?? options.l2
        options.kind = TrainingOptions.Kind(rawValue: kind) ?? .logistic
        options.trees = trees.options(usual: usual.trees)
        return options
    }

    /// Training on events, without its periods.
    func training() throws -> EventTraining {
        var training = EventTraining()
        training.options = try options(usual: training.options)
        training.eventType = EventType.allCases.first { $0.word == decisionPoint }
        training.unlabelled = unlabelled
        training.unattributed = unattributed
        training.doubtful = doubtful
        training.excludedCampaigns = Set(excludeCampaigns.split(separator: ",").map(String.init))
        training.rowLimit = rowLimit
        training.withoutFeatures = without.split(separator: ",").map(String.init)
        training.identifierDropout = identifierDropout
        training.alteredShare = alteredShare
        training.innocentCrowds = innocentCrowds
        training.accountBalance = accountBalance
        training.campaignBalance = campaignBalance
        training.name = name
        return training
    }
}
