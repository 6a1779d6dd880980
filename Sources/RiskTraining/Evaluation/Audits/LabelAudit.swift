internal import RiskEventLog

/// Finds labels that nobody could have had, and files that belong to another log.
enum LabelAudit {
    /// - Parameters:
    ///   - labels: All rows of the labels file.
    ///   - ledger: After a pass over the whole log.
    /// - Throws: ``EvaluationError`` that names the account.
    static func check(_ labels: [LabelRow], _ ledger: AccountLedger) throws(EvaluationError) {
        if !labels.isEmpty, !labels.contains(where: { ledger.number(of: $0.account) != nil }) {
            throw EvaluationError(
                .strangers, "expected labels of accounts of this log, found none among \(labels.count) rows")
        }
        if ledger.truth.isSimulated, !ledger.entries.contains(where: { $0.kind != nil }) {
            throw EvaluationError(
                .strangers,
                "expected a truth of accounts of this log, found none among \(ledger.truth.accounts.count) rows")
        }
        for label in labels {
            guard let account = ledger.number(of: label.account) else { continue }
            // Of an account that is older than the log, labels may well be older than its first event here.
            guard ledger.entries[account].isBornInLog else { continue }
            let firstMs = ledger.entries[account].firstMs
            guard label.knownAtMs < firstMs else { continue }
            throw EvaluationError(
                .labelLeak,
                "account \(ReferenceText.encode(label.account)): its label is said to have been known at "
                    + "\(label.knownAtMs), before its first event at \(firstMs)")
        }
    }
}
