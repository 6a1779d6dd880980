public import RiskCore
public import RiskEventLog
public import RiskModels

/// Trains a model on event logs and labels, on the very features serving uses.
public struct EventTraining: Sendable {
    /// What an account without a label counts as.
    public enum Unlabelled: String, CaseIterable, Sendable {
        /// Not abusive: a provider labels what it found.
        case negative
        /// Nothing: its events shape the links but are no rows.
        case skip
    }

    /// What an account that is labelled abusive but belongs to no known campaign counts as.
    public enum Unattributed: String, CaseIterable, Sendable {
        /// Abusive.
        case positive
        /// Nothing: its events shape the links but are no rows.
        case skip
    }

    /// What an account without a label counts as that looks like those of a known campaign: a provider never finds all.
    public enum Doubtful: String, CaseIterable, Sendable {
        /// What any account without a label counts as.
        case negative
        /// Nothing: its events shape the links but are no rows.
        case skip
    }

    /// How to train.
    public var options = EventTraining.usualOptions
    /// The decision point to learn for; nil: all.
    public var eventType: EventType?
    /// Events from this time on are no rows, Unix milliseconds; nil: all are.
    public var untilMs: Int64?
    /// Labels that became known from this time on are not looked at, Unix milliseconds; nil: as ``untilMs``.
    public var labelsUntilMs: Int64?
    /// What accounts without a label count as.
    public var unlabelled = Unlabelled.negative
    /// What accounts that are labelled abusive without a campaign count as.
    public var unattributed = Unattributed.positive
    /// What accounts without a label that look like a known campaign's count as. nil: for trees nothing, else as any.
    /// Calibration, thresholds and metrics leave them out as well.
    public var doubtful: Doubtful?
    /// Campaigns whose labelled accounts are no rows.
    public var excludedCampaigns: Set<String> = []
    /// Accounts that are no rows.
    public var excludedAccounts: Set<Reference> = []
    /// The model does not get to know features whose names begin with one of these, such as `rhythm.`: what they add
    /// is then the difference.
    public var withoutFeatures: [String] = []
    /// Above this many rows, usage rows of accounts that are not labelled abusive are thinned out by halves, and those
    /// that stay count more; at least 1. Those of accounts labelled abusive are thinned out likewise above half of it.
    public var rowLimit = 2_000_000
    /// Whether each row comes a second time as it would look had accounts shared less, so that the absence of a link is
    /// not learnt as innocence. nil: for trees. Two to three times as many rows are held, and while they are gathered,
    /// the log is gone through once more with a link state of its own.
    public var identifierDropout: Bool?
    /// What the altered row counts for while fitting, of a row and its copies, which count as one; above 0, below 1.
    public var alteredShare = 0.5
    /// Of the accounts that are not labelled abusive, the share whose altered rows of their first 30 days stand in the
    /// crowd of a campaign's account from earlier in the log, so that a burst of new accounts is no proof by itself; 0
    /// (none) to 1. Every other forest of a model does without (``TreeOptions/forests``). It matters only if rows come
    /// twice.
    public var innocentCrowds = 0.5
    /// How far an account's many rows count for less while fitting: 0 each row alike, 1 each account alike. nil: for
    /// trees ``defaultAccountBalance``, else 0.
    public var accountBalance: Double?
    /// How far a campaign's many accounts count for less while fitting: 0 each account alike, 1 each campaign alike.
    /// nil: for trees ``defaultCampaignBalance``, else 0.
    public var campaignBalance: Double?
    /// The model's name.
    public var name = "stillwatch"
    /// Where the data came from and what the model is good for.
    public var card = ""

    /// How to train if nobody says otherwise: each tree asks about few features, drawn anew. Hundreds of features say
    /// nearly the same of the campaigns that are known, and trees that may ask about all of them rest on the one that
    /// says it best: the next campaign lacks it, or an honest laboratory has it. And they have a floor, since the next
    /// campaign may share little and show what the known ones show, only more of it.
    public static var usualOptions: TrainingOptions {
        var options = TrainingOptions(timeOrdered: true)
        options.trees.columnSample = 0.08
        options.trees.floor = .account
        options.reserve = usualReserve
        return options
    }

    /// ``TrainingOptions/reserve`` if nobody says otherwise. While a campaign runs it draws honest accounts with it
    /// that share its addresses and mail domains; the quiet weeks that thresholds come from do not show them. And of
    /// few accounts chance alone puts twice as many above a threshold.
    public static let usualReserve = Reserve(times: 1.5, confidence: 0.95)

    /// What trees are balanced by if nobody says otherwise.
    public static let defaultAccountBalance = 0.5
    /// What trees are balanced by if nobody says otherwise.
    public static let defaultCampaignBalance = 0.5

    /// Training with defaults.
    public init() {}

    /// Whether rows come twice.
    var dropsIdentifiers: Bool { identifierDropout ?? (options.kind == .trees) }

    /// Whether accounts without a label that look like a known campaign's are left out.
    var skipsDoubtful: Bool {
        unlabelled == .negative && (doubtful ?? (options.kind == .trees ? .skip : .negative)) == .skip
    }

    /// How much rows count while fitting.
    var balance: RowBalance {
        let isTrees = options.kind == .trees
        return RowBalance(
            account: accountBalance ?? (isTrees ? Self.defaultAccountBalance : 0),
            campaign: campaignBalance ?? (isTrees ? Self.defaultCampaignBalance : 0))
    }

    /// Replays a log and trains on its events.
    ///
    /// Labels decide the rows' classes whenever they became known, but come into the replay, and so into link features,
    /// only when they did.
    ///
    /// - Parameters:
    ///   - log: A directory of segments or one file.
    ///   - labels: What the provider knows of the accounts, campaigns included.
    ///   - digests: SHA-256 of the input files, for the statement.
    ///   - progress: Hears of progress on this thread.
    ///   - trials: Hears of each trial of a search for settings.
    /// - Throws: ``TrainingError``, or `EventLogError` where the log is damaged.
    public func train(
        log: String, labels: [LabelRow], digests: [[UInt8]], progress: @escaping TrainingProgress = { _, _ in },
        trials: @escaping TuningReport = { _ in }
    ) throws -> ModelDocument {
        let gathered = try gather(log, labels, progress)
        var document = try gathered.rows.train(place: log, digests: digests, progress: progress, trials: trials)
        document.training.options += gathered.gaps
        return document
    }

    /// The rows of a log, and what it lacks, for the statement. What was remembered of the log is freed.
    private func gather(
        _ log: String, _ labels: [LabelRow], _ progress: TrainingProgress
    ) throws -> (rows: TrainingRows, gaps: [String]) {
        var rows = try TrainingRows(self, labels: labels)
        let known = rows.labels.rows.map(\.label)
        let replay = try LogReplay(path: log, labels: known)
        let sparser = try sparserLog(log, labels: known)
        let extractor = FeatureExtractor.wholeCatalogue
        var vector: [Double] = []
        var accounts = AccountNumbers()
        while let event = try replay.next() {
            progress("replaying", replay.progress)
            guard rows.wants(event) else { continue }
            let account = accounts.number(of: event.observation.event.account)
            guard rows.note(event, account: account) else { continue }
            extractor.extract(event.observation, into: &vector)
            try rows.add(event, vector: vector, account: account, sparser: sparser)
        }
        var gaps: [String] = []
        if replay.missingEntryCount > 0 { gaps.append("missing_log_entries=\(replay.missingEntryCount)") }
        if replay.prunedThrough > 0 { gaps.append("log_pruned_through=\(replay.prunedThrough)") }
        return (rows, gaps)
    }

    /// What rows come from a second time; nil if they come once.
    ///
    /// - Throws: `EventLogError` if there is no log there.
    func sparserLog(_ path: String, labels: [Label]) throws -> SparserLog? {
        guard dropsIdentifiers else { return nil }
        return try SparserLog(path: path, labels: labels, dropout: IdentifierDropout(seed: options.seed))
    }

    /// What an account's rows are: abusive, not abusive, or nil if it gives none.
    func label(of account: Reference, _ labels: KnownLabels) -> Bool? {
        guard !excludedAccounts.contains(account) else { return nil }
        guard let label = labels[account] else { return unlabelled == .skip ? nil : false }
        guard !excludedCampaigns.contains(label.campaign) || label.campaign.isEmpty else { return nil }
        if label.isAbusive, label.campaign.isEmpty, unattributed == .skip { return nil }
        return label.isAbusive
    }

    /// - Throws: ``TrainingError`` with code `badOption` that names the option.
    func check() throws(TrainingError) {
        guard rowLimit >= 1 else {
            throw TrainingError(.badOption, "rowLimit: expected at least 1, found \(rowLimit)")
        }
        for prefix in withoutFeatures where !FeatureCatalogue.features.contains(where: { $0.name.hasPrefix(prefix) }) {
            throw TrainingError(
                .badOption, "withoutFeatures: expected the beginning of a feature's name, found \"\(prefix)\"")
        }
        guard alteredShare > 0 && alteredShare < 1 else {
            throw TrainingError(.badOption, "altered share: expected above 0 and below 1, found \(alteredShare)")
        }
        let shares = [
            ("innocent crowds", innocentCrowds), ("account balance", balance.account),
            ("campaign balance", balance.campaign),
        ]
        for (name, share) in shares {
            guard (0...1).contains(share) else {
                throw TrainingError(.badOption, "\(name): expected 0 to 1, found \(share)")
            }
        }
    }

    /// What decides which rows there are, one `name=value` each.
    var statement: [String] {
        var result = [
            "decision_point=\(eventType?.word ?? "all")", "until_ms=\(Self.word(untilMs))",
            "labels_until_ms=\(Self.word(labelsUntilMs ?? untilMs))", "unlabelled=\(unlabelled.rawValue)",
            "unattributed=\(unattributed.rawValue)", "doubtful=\(skipsDoubtful ? Doubtful.skip : .negative)",
            "row_limit=\(rowLimit)",
            "identifier_dropout=\(dropsIdentifiers ? "\(alteredShare)" : "none")", "account_balance=\(balance.account)",
            "campaign_balance=\(balance.campaign)",
        ]
        if dropsIdentifiers {
            result += [
                "sparser=log", "borrowed_looks=\(BorrowedLooks.share)", "stolen_identities=\(StolenIdentity.share)",
            ]
            if innocentCrowds > 0 { result.append("innocent_crowds=\(innocentCrowds)") }
        }
        if !excludedCampaigns.isEmpty {
            result.append("excluded_campaigns=\(excludedCampaigns.sorted().joined(separator: ";"))")
        }
        if !excludedAccounts.isEmpty { result.append("excluded_accounts=\(excludedAccounts.count)") }
        if !withoutFeatures.isEmpty { result.append("without=\(withoutFeatures.joined(separator: ";"))") }
        return result
    }

    private static func word(_ timeMs: Int64?) -> String { timeMs.map { "\($0)" } ?? "none" }
}

extension LabelRow {
    /// The same as the link state takes it.
    public var label: Label {
        Label(
            account: account, verdict: isAbusive ? .abusive : .legitimate, source: "labels file", knownAtMs: knownAtMs)
    }
}
