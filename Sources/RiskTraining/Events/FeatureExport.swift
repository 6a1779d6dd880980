internal import RiskCore
public import RiskEventLog

/// Writes the very features serving used, point in time, for other programs.
///
/// A folder gets `features.f64` or `features.f32` (a row for each event, a value for each feature, little-endian IEEE
/// floating point, NaN where missing), `rows.csv` (what each row is, in the same order) and `features.json` (names,
/// definition versions, directions, counts). Holds one event at a time, beside link state and labels.
public struct FeatureExport: Sendable {
    /// How wide a value is.
    public enum Precision: String, CaseIterable, Sendable {
        /// As serving has it.
        case float64
        /// Rounded, in half the space.
        case float32
    }

    /// Events before this time shape the links but are no rows, Unix milliseconds; nil: all are.
    public var fromMs: Int64?
    /// Events from this time on are no rows; nil: all are.
    public var untilMs: Int64?
    /// Names of custom numbers that become features, without `custom.`.
    public var customNumbers: [String] = []
    /// How wide a value is.
    public var precision = Precision.float64

    /// An export of everything.
    public init() {}

    /// Goes through a log.
    ///
    /// - Parameters:
    ///   - log: A directory of segments or one file.
    ///   - labels: What the provider knew, and when; `label` of a row is what it knew in the end.
    ///   - truth: What was; nil: the rows do not say.
    ///   - directory: Where the files go; it has to exist.
    ///   - progress: Hears of progress on this thread.
    /// - Returns: How many rows were written.
    /// - Throws: ``TrainingError``, or `EventLogError` where the log is damaged.
    public func write(
        log: String, labels: [LabelRow], truth: Truth?, to directory: String, progress: TrainingProgress = { _, _ in }
    ) throws -> Int {
        let catalogue = FeatureCatalogue.features.indices.map(FeatureExtractor.Input.catalogue)
        let extractor = FeatureExtractor(inputs: catalogue + customNumbers.map { .customNumber($0) })
        let known = KnownLabels(labels, untilMs: nil)
        let replay = try LogReplay(path: log, labels: labels.map(\.label))
        let dataName = precision == .float64 ? "features.f64" : "features.f32"
        let values = try OutputFile(path: "\(directory)/\(dataName)")
        let rows = try OutputFile(path: "\(directory)/rows.csv")
        try rows.write(Self.header(hasTruth: truth != nil))
        var vector: [Double] = []
        var count = 0
        while let event = try replay.next() {
            progress("exporting", replay.progress)
            let observed = event.observation.event
            if let fromMs, observed.timeMs < fromMs { continue }
            if let untilMs, observed.timeMs >= untilMs { continue }
            extractor.extract(event.observation, into: &vector)
            try values.write(bytes(vector))
            try rows.write(Self.row(event, known[observed.account], truth))
            count += 1
        }
        try values.finish()
        try rows.finish()
        let description = try OutputFile(path: "\(directory)/features.json")
        try description.write(self.description(dataName: dataName, rowCount: count))
        try description.finish()
        return count
    }

    private func bytes(_ vector: [Double]) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in vector {
            switch precision {
            case .float64: withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            case .float32: withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }

    private static func header(hasTruth: Bool) -> String {
        "commit_sequence,account_ref,org_ref,event_type,event_time_ms,exchanges_total,label,campaign,known_at_ms"
            + (hasTruth ? ",class,true_campaign,segment" : "") + "\n"
    }

    private static func row(_ event: ReplayedEvent, _ label: LabelRow?, _ truth: Truth?) -> String {
        let observed = event.observation.event
        let exchanges = observed.number(.exchangesTotal)
        var cells = [
            "\(event.commitSequence)", csvCell(ReferenceText.encode(observed.account)),
            csvCell(ReferenceText.encode(observed.organisation)), observed.type.word, "\(observed.timeMs)",
            exchanges.isNaN ? "" : "\(UInt64(exchanges))", label.map { $0.isAbusive ? "1" : "0" } ?? "",
            csvCell(label?.campaign ?? ""), label.map { "\($0.knownAtMs)" } ?? "",
        ]
        if let truth {
            let account = truth.accounts[observed.account]
            cells.append(account?.kind.word ?? "")
            cells.append(csvCell(account.map { truth.campaigns[$0.campaign] } ?? ""))
            cells.append(csvCell(account.map { truth.segments[$0.segment] } ?? ""))
        }
        return cells.joined(separator: ",") + "\n"
    }

    private func description(dataName: String, rowCount: Int) -> String {
        var features = FeatureCatalogue.features.map { feature in
            JSONText.object([
                ("name", .text(feature.name)), ("definition_version", .whole(feature.definitionVersion)),
                ("direction", .text("\(feature.direction)")), ("skewed", .truth(feature.isSkewed)),
                ("link_class", .text(feature.linkClass?.word ?? "")),
            ])
        }
        features += customNumbers.map { name in
            JSONText.object([
                ("name", .text("custom.\(name)")), ("definition_version", .whole(0)), ("direction", "free"),
                ("skewed", false), ("link_class", ""),
            ])
        }
        return JSONText.object([
            ("format", .whole(1)), ("file", .text(dataName)), ("type", .text(precision.rawValue)),
            ("byte_order", "little"), ("layout", "row_major"), ("missing", "NaN"), ("rows", .whole(rowCount)),
            ("columns", .whole(features.count)), ("features", .list(features)),
        ]).written() + "\n"
    }
}

/// A value as a cell of a CSV; line ends become spaces.
func csvCell(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x2c }) else { return text }
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\"\""
        case "\n", "\r": result += " "
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
