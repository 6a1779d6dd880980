internal import RiskCore
internal import RiskEventLog
internal import RiskModels

/// Gathers the rows of one training in a replay, then trains on them.
struct TrainingRows {
    /// How to train and on what.
    let training: EventTraining
    /// The labels that training may know.
    let labels: KnownLabels
    private var rows: EventRows
    /// By account number, the label of its rows.
    private(set) var labelOfAccount: [Int: Bool] = [:]
    /// By account number, the campaign of the newest label; 0 is none.
    private var campaignOfAccount: [Int: Int] = [:]
    private let campaignNumbers: [String: Int]
    /// Accounts, by number, that nobody has called anything.
    private var unlabelledAccounts: Set<Int> = []
    private var stolen: StolenIdentity
    private var borrowed: BorrowedLooks
    private var crowd: InnocentCrowd
    private var alteredVector: [Double] = []
    private var lateCount = 0

    /// - Throws: ``TrainingError`` with code `badOption`.
    init(_ training: EventTraining, labels: [LabelRow]) throws(TrainingError) {
        try training.check()
        self.training = training
        self.labels = KnownLabels(labels, untilMs: training.labelsUntilMs ?? training.untilMs)
        for campaign in training.excludedCampaigns.sorted() where !labels.contains(where: { $0.campaign == campaign }) {
            throw TrainingError(
                .badOption, "excludedCampaigns: expected a campaign of the labels, found \"\(campaign)\"")
        }
        rows = EventRows(rowLimit: training.rowLimit)
        campaignNumbers = Dictionary(
            uniqueKeysWithValues: self.labels.campaigns.enumerated().map { ($1, $0 + 1) })
        stolen = StolenIdentity(seed: training.options.seed)
        borrowed = BorrowedLooks(seed: training.options.seed)
        crowd = InnocentCrowd(share: training.innocentCrowds, seed: training.options.seed)
    }

    /// The share of the usage rows of accounts nobody calls abusive that is kept.
    var share: Double { rows.sampling.share }
    /// The share of the usage rows of abusive accounts that is kept.
    var abusiveShare: Double { rows.abusiveSampling.share }

    /// Whether an event is a row, before anything costly is done with it.
    mutating func wants(_ event: ReplayedEvent) -> Bool {
        let observed = event.observation.event
        if let untilMs = training.untilMs, observed.timeMs >= untilMs { return false }
        if let eventType = training.eventType, observed.type != eventType { return false }
        // It shapes the links, but a row of it would teach the model what nobody knew then.
        if event.sawLaterLabels {
            lateCount += 1
            return false
        }
        return training.label(of: observed.account, labels) != nil
    }

    /// Notes the account of an event that ``wants(_:)`` wants.
    ///
    /// - Returns: Whether its row has to be made and added: it is not thinned out already.
    mutating func note(_ event: ReplayedEvent, account: Int) -> Bool {
        let observed = event.observation.event
        if labelOfAccount[account] == nil {
            labelOfAccount[account] = training.label(of: observed.account, labels)
            let known = labels[observed.account]
            campaignOfAccount[account] = known.flatMap { campaignNumbers[$0.campaign] }
            if known == nil { unlabelledAccounts.insert(account) }
        }
        return rows.keeps(event.commitSequence, observed.type, isAbusive: labels.isAbusive(observed.account))
    }

    /// Adds an event that ``note(_:account:)`` did not thin out, later in the log than the one before.
    ///
    /// - Parameter sparser: What the row comes from a second time; nil: it comes once.
    /// - Throws: ``TrainingError``, or `EventLogError` where the log is damaged.
    mutating func add(_ event: ReplayedEvent, vector: [Double], account: Int, sparser: SparserLog?) throws {
        let isAbusive = labels.isAbusive(event.observation.event.account)
        let isKept = try rows.add(event, vector: vector, account: account, isAbusive: isAbusive)
        guard isKept, let sparser else { return }
        let crowded = isAbusive ? nil : crowd.altered(event.observation, commitSequence: event.commitSequence)
        let altered =
            try stolen.altered(event.observation)
            ?? borrowed.altered(event.observation, commitSequence: event.commitSequence)
            ?? AlteredObservation(observation: sparser.observation(of: event))
        if isAbusive {
            // Lone fraud comes in no crowd; who names no campaign may mean one.
            if campaignNumbers.isEmpty || campaignOfAccount[account] != nil {
                crowd.remember(event.observation, account: account)
            }
        } else {
            stolen.remember(event.observation, account: account)
            borrowed.remember(event.observation, account: account)
        }
        for copy in [altered, crowded].compactMap({ $0 }) {
            FeatureExtractor.wholeCatalogue.extract(copy.observation, into: &alteredVector)
            try rows.add(event, vector: alteredVector, account: account, isAbusive: isAbusive, altered: copy)
        }
    }

    /// Trains on the rows.
    ///
    /// - Parameters:
    ///   - place: Where they came from, for errors.
    ///   - leavingOut: Accounts, by number, that are no rows this time.
    ///   - doubtful: What ``doubtfulAccounts(leavingOut:_:)`` gave for the same rows; nil: it is asked.
    ///   - campaigns: Campaigns of the labels that were learnt from, for the statement; nil: all that are known.
    ///   - reads: Whether a feature may be read; nil: all may.
    func train(
        place: String, digests: [[UInt8]], leavingOut isLeftOut: (_ account: Int) -> Bool = { _ in false },
        doubtful known: Set<Int>? = nil, campaigns: [String]? = nil, reads: ((Feature) -> Bool)? = nil,
        progress: @escaping TrainingProgress, trials: @escaping TuningReport = { _ in }
    ) throws(TrainingError) -> ModelDocument {
        guard rows.rowCount > 0 else {
            throw TrainingError(
                .empty, "\(place): expected events to train on, found none that the options leave over")
        }
        let doubtful = if let known { known } else { try doubtfulAccounts(leavingOut: isLeftOut, progress) }
        var data = try trainingData(leavingOut: { isLeftOut($0) || doubtful.contains($0) }, reads: reads)
        data.digests = digests
        var document = try ModelTraining(options: training.options, progress: progress, trials: trials)
            .train(data, name: training.name)
        document.training.campaigns = campaigns ?? labels.campaigns.filter { !training.excludedCampaigns.contains($0) }
        document.training.card = training.card
        document.training.options += training.statement + ["late_events_left_out=\(lateCount)"]
        if training.skipsDoubtful { document.training.options.append("doubtful_accounts=\(doubtful.count)") }
        if rows.sampling.halvings > 0 {
            document.training.options.append("kept_share_of_unlabelled_usage=\(rows.sampling.share)")
        }
        if rows.abusiveSampling.halvings > 0 {
            document.training.options.append("kept_share_of_abusive_usage=\(rows.abusiveSampling.share)")
        }
        return document
    }

    /// Accounts, by number, that nobody labelled and that look like a known campaign's.
    ///
    /// Takes as long as it does to grow a few hundred trees.
    func doubtfulAccounts(
        leavingOut isLeftOut: (_ account: Int) -> Bool = { _ in false }, _ progress: @escaping TrainingProgress
    ) throws(TrainingError) -> Set<Int> {
        guard training.skipsDoubtful, rows.rowCount > 0 else { return [] }
        let data = try trainingData(leavingOut: isLeftOut)
        return DoubtfulAccounts(options: training.options).find(
            in: data,
            standing: { account in
                if unlabelledAccounts.contains(account) { return .unlabelled }
                let isOfCampaign = campaignOfAccount[account] != nil && labelOfAccount[account] == true
                return isOfCampaign ? .ofKnownCampaign : .other
            }, progress: progress)
    }

    /// The rows as the learner takes them.
    func trainingData(
        leavingOut isLeftOut: (_ account: Int) -> Bool = { _ in false }, reads: ((Feature) -> Bool)? = nil
    ) throws(TrainingError) -> TrainingData {
        try rows.trainingData(
            withoutFeatures: training.withoutFeatures, alteredShare: training.alteredShare, balance: training.balance,
            reads: reads, campaign: { campaignOfAccount[$0] ?? 0 },
            label: { isLeftOut($0) ? nil : labelOfAccount[$0] })
    }
}
