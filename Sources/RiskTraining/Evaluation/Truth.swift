internal import RiskCore
public import RiskEventLog

/// What every account really was. From a simulator, or, where there is none, what the provider came to know.
public struct Truth: Sendable {
    /// What an account was.
    public enum Kind: UInt8, Sendable, CaseIterable {
        case honest, campaign
        /// Abuse that is no distillation: neither hit nor false positive.
        case backgroundAbuse

        /// The word of the truth CSV.
        public var word: String { Self.words[Int(rawValue)] }
        static let words = ["honest", "campaign", "background_abuse"]
    }

    /// One account.
    struct Account: Sendable, Equatable {
        var kind: Kind
        /// Index into ``campaigns``.
        var campaign: Int
        /// Index into ``segments``.
        var segment: Int
    }

    /// Whether it comes from a truth file: then every figure is one from a simulation.
    public let isSimulated: Bool
    /// Names of campaigns; the first is empty.
    private(set) var campaigns = [""]
    /// Names of segments; the first is empty.
    private(set) var segments = [""]
    private(set) var accounts: [Reference: Account] = [:]

    private var campaignNumbers = ["": 0]
    private var segmentNumbers = ["": 0]

    private init(isSimulated: Bool) { self.isSimulated = isSimulated }

    /// The header of a truth CSV.
    static let header = ["account_ref", "class", "campaign", "segment"]

    /// Reads a truth CSV: `account_ref,class,campaign,segment`, class honest, campaign or background_abuse.
    ///
    /// - Throws: ``TrainingError`` with file and line.
    public static func read(path: String) throws(TrainingError) -> Truth {
        var truth = Truth(isSimulated: true)
        var reader = try CSVReader(path: path)
        var row = CSVRow()
        guard try reader.next(&row), (0..<row.cellCount).map({ row.text($0) ?? "" }) == header else {
            throw TrainingError(
                .malformed, "\(path): line 1: expected the header \(header.joined(separator: ","))")
        }
        while try reader.next(&row) {
            guard let name = row.text(0), let word = row.text(1), let campaign = row.text(2),
                let segment = row.text(3)
            else { throw reader.error(.malformed, line: row.line, "expected UTF-8 text, found other bytes") }
            guard let kind = Kind.words.firstIndex(of: word).flatMap({ Kind(rawValue: UInt8($0)) }) else {
                throw reader.error(
                    .malformed, line: row.line,
                    "class: expected \(Kind.words.joined(separator: ", ")), found other text")
            }
            guard kind != .campaign || !campaign.isEmpty else {
                throw reader.error(.malformed, line: row.line, "campaign: expected a name, found nothing")
            }
            let account: Reference
            do throws(FieldError) {
                account = try ReferenceText.decodeCaller(name, path: "account_ref")
            } catch {
                throw reader.error(.malformed, line: row.line, "\(error)")
            }
            guard truth.add(account, kind, campaign: campaign, segment: segment) else {
                throw reader.error(
                    .malformed, line: row.line, "account_ref: expected each account once, found it twice")
            }
        }
        return truth
    }

    /// Takes everything the provider ever knew for the truth: unlabelled accounts count as honest.
    public static func labels(_ rows: [LabelRow]) -> Truth {
        let known = KnownLabels(rows, untilMs: nil)
        var truth = Truth(isSimulated: false)
        for row in rows {
            let isAbusive = known.isAbusive(row.account)
            let campaign = known[row.account]?.campaign ?? ""
            _ = truth.add(
                row.account, isAbusive ? .campaign : .honest,
                campaign: isAbusive && campaign.isEmpty ? "no known campaign" : campaign, segment: "")
        }
        return truth
    }

    /// Whether the account is new.
    private mutating func add(_ account: Reference, _ kind: Kind, campaign: String, segment: String) -> Bool {
        let entry = Account(
            kind: kind, campaign: Self.number(campaign, &campaignNumbers, &campaigns),
            segment: Self.number(segment, &segmentNumbers, &segments))
        return accounts.updateValue(entry, forKey: account) == nil
    }

    private static func number(_ name: String, _ numbers: inout [String: Int], _ names: inout [String]) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
