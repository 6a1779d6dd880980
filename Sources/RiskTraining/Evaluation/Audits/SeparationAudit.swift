internal import RiskCore
internal import RiskEngine

/// Looks for features that know too much: the class, or the future.
///
/// One row an account, of a sample of accounts. **The class**: at an account's first event in the test, a feature that
/// alone ranks campaign above honest accounts (or below) with a ROC-AUC above ``aucMaximum`` is no feature anybody
/// has; it was made from the answer. **The future**: at an account's first event of all, no feature can put accounts in
/// the order of the exchanges they will have made in the end; a rank correlation above ``correlationMaximum`` means
/// that it was made from the end of the log.
struct SeparationAudit {
    /// The highest believable ROC-AUC of one feature.
    static let aucMaximum = 0.999
    /// The highest believable rank correlation of one feature with the exchanges to come.
    static let correlationMaximum = 0.95
    /// Accounts of each class that a verdict needs.
    static let accountMinimum = 100
    /// Accounts of each class that are looked at, about.
    static let sampleCount = 20_000

    /// How well a feature tells the classes apart by itself.
    struct Separation: Sendable, Equatable {
        var feature: String
        /// At least ½: whichever way it ranks.
        var auc: Double
    }

    /// What one account showed: the catalogue's features, and its custom values.
    private struct Row {
        var vector: [Double]
        var custom: [CustomValue]

        /// A custom number; NaN if missing.
        func number(_ name: String) -> Double {
            if case .number(let number)? = custom.first(where: { $0.name == name })?.value { number } else { .nan }
        }

        /// A custom text; empty if missing.
        func text(_ name: String) -> String {
            if case .text(let text)? = custom.first(where: { $0.name == name })?.value { text } else { "" }
        }
    }

    /// A number that rows have; NaN where it is missing.
    private struct NumberFeature {
        var name: String
        var value: (Row) -> Double
    }

    private let ledger: AccountLedger
    private let shares: [Truth.Kind: Double]
    /// Rows by account: at the first event in the test, and at the first of all.
    private var testRows: [Int: Row] = [:]
    private var firstRows: [Int: Row] = [:]

    init(ledger: AccountLedger) {
        self.ledger = ledger
        var counts: [Truth.Kind: Int] = [:]
        for account in ledger.truth.accounts.values { counts[account.kind, default: 0] += 1 }
        if !ledger.truth.isSimulated { counts[.honest] = nil }
        // Without a truth file, nobody knows how many honest accounts there are: take a fixed share of them.
        shares = counts.mapValues { min(1, Double(Self.sampleCount) / Double($0)) }
    }

    /// Whether an event tells the audit something; asked before anything costly is done with it.
    func wants(account: Int, isInTest: Bool) -> Bool {
        let entry = ledger.entries[account]
        guard entry.kind == .honest || entry.kind == .campaign, let kind = entry.kind else { return false }
        let share = shares[kind] ?? 0.05
        guard Double(entry.draw >> 11) * 0x1p-53 < share else { return false }
        return firstRows[account] == nil || (isInTest && testRows[account] == nil)
    }

    /// Takes an event that ``wants(account:isInTest:)`` wants.
    mutating func add(_ event: AccountEvent, vector: [Double], account: Int, isInTest: Bool) {
        let row = Row(vector: vector, custom: event.custom)
        if firstRows[account] == nil { firstRows[account] = row }
        if isInTest, testRows[account] == nil { testRows[account] = row }
    }

    /// The features that tell the classes apart best, the best first.
    ///
    /// - Throws: ``EvaluationError`` with code `tooGood` that names the first feature too good and not accepted.
    func check(accepted: Set<String>) throws(EvaluationError) -> [Separation] {
        try checkFuture(accepted: accepted)
        let separations = separations().sorted { ($1.auc, $0.feature) < ($0.auc, $1.feature) }
        if let suspect = separations.first(where: { $0.auc > Self.aucMaximum && !accepted.contains($0.feature) }) {
            throw EvaluationError(
                .tooGood,
                "\(suspect.feature) alone tells campaign from honest accounts at their first event of the test "
                    + "(ROC-AUC \(suspect.auc)): that is too good. Explain it, or accept the feature by name")
        }
        return separations
    }

    private func separations() -> [Separation] {
        let rows = testRows.sorted { $0.key < $1.key }
        let campaign = rows.filter { ledger.entries[$0.key].kind == .campaign }
        let honest = rows.filter { ledger.entries[$0.key].kind == .honest }
        guard min(campaign.count, honest.count) >= Self.accountMinimum else { return [] }
        var result: [Separation] = []
        for feature in Self.numbers(rows.map(\.value)) {
            let positives = campaign.map { feature.value($0.value) }
            let negatives = honest.map { feature.value($0.value) }
            // Missing ranks below everything, and then above everything: whichever tells more.
            let auc = [-Double.infinity, .infinity].map { missing in
                RankedScores(
                    positives: positives.map { $0.isNaN ? missing : $0 },
                    negatives: negatives.map { $0.isNaN ? missing : $0 }
                ).rocAUC ?? 0.5
            }
            result.append(Separation(feature: feature.name, auc: auc.map { max($0, 1 - $0) }.max() ?? 0.5))
        }
        for name in Self.customNames(rows.map(\.value), areTexts: true) {
            let auc = textAUC(name, campaign.map(\.value), honest.map(\.value))
            result.append(Separation(feature: "custom.\(name)", auc: auc))
        }
        return result
    }

    private static func numbers(_ rows: [Row]) -> [NumberFeature] {
        FeatureCatalogue.features.enumerated().map { index, feature in
            NumberFeature(name: feature.name) { $0.vector[index] }
        }
            + customNames(rows, areTexts: false).map { name in
                NumberFeature(name: "custom.\(name)") { $0.number(name) }
            }
    }

    /// Names of custom numbers or texts, in alphabetical order.
    private static func customNames(_ rows: [Row], areTexts: Bool) -> [String] {
        var names: Set<String> = []
        for custom in rows.flatMap(\.custom) {
            if case .text = custom.value {
                if areTexts { names.insert(custom.name) }
            } else if !areTexts {
                names.insert(custom.name)
            }
        }
        return names.sorted()
    }

    /// A text as the share of campaign accounts that one half of the accounts has under it, judged on the other half.
    private func textAUC(_ name: String, _ campaign: [Row], _ honest: [Row]) -> Double {
        func half(_ rows: [Row], _ parity: Int) -> [String] {
            rows.enumerated().filter { $0.offset % 2 == parity }.map { $0.element.text(name) }
        }
        var counts: [String: (campaign: Double, honest: Double)] = [:]
        for text in half(campaign, 0) { counts[text, default: (0, 0)].campaign += 1 }
        for text in half(honest, 0) { counts[text, default: (0, 0)].honest += 1 }
        let scores = counts.mapValues { $0.campaign / ($0.campaign + $0.honest) }
        return RankedScores(
            positives: half(campaign, 1).map { scores[$0] ?? 0.5 }, negatives: half(honest, 1).map { scores[$0] ?? 0.5 }
        ).rocAUC ?? 0.5
    }

    private func checkFuture(accepted: Set<String>) throws(EvaluationError) {
        let accounts = firstRows.sorted { $0.key < $1.key }
        for feature in Self.numbers(accounts.map(\.value)) where !accepted.contains(feature.name) {
            let pairs = accounts.map {
                (value: feature.value($0.value), exchanges: ledger.entries[$0.key].exchanges ?? 0)
            }
            .filter { !$0.value.isNaN }
            guard pairs.count >= Self.accountMinimum, Set(pairs.map(\.exchanges)).count >= 20 else { continue }
            let correlation = rankCorrelation(pairs.map(\.value), pairs.map(\.exchanges))
            guard abs(correlation) > Self.correlationMaximum else { continue }
            throw EvaluationError(
                .tooGood,
                "\(feature.name) at accounts' first events orders them by the exchanges they will have made in the end "
                    + "(rank correlation \(correlation)): it looks ahead. Explain it, or accept the feature by name")
        }
    }
}
