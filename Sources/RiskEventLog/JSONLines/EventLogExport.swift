internal import RiskCore
internal import RiskWire

/// Turns an event log into files that other tools read.
public enum EventLogExport {
    /// Writes every scored and observed event of a log as a line of JSON.
    ///
    /// - Parameters:
    ///   - reader: Read to its end; labels and session starts are passed over.
    ///   - write: Takes the bytes of some whole lines.
    /// - Returns: How many events there were.
    public static func writeJSONLines(
        _ reader: EventLogReader, to write: ([UInt8]) throws -> Void
    ) throws -> Int {
        var count = 0
        var buffer: [UInt8] = []
        while let entry = try reader.next() {
            switch entry.content {
            case .scored(let event, _), .observed(let event):
                buffer += EventJSON.encode(event)
                buffer.append(UInt8(ascii: "\n"))
                count += 1
            case .labelled, .sessionStarted:
                continue
            }
            if buffer.count >= EventLogLimits.eagerByteCount {
                try write(buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try write(buffer)
        return count
    }

    /// The labels of a log as rows of a labels CSV, in order of the log.
    ///
    /// Abusive is 1, legitimate and verified are 0. A withdrawn label takes its account's earlier rows back. The log
    /// names no campaigns, so that column is empty.
    public static func labels(_ reader: EventLogReader) throws(EventLogError) -> [LabelRow] {
        var rows: [LabelRow?] = []
        var rowIndices: [Reference: [Int]] = [:]
        while let entry = try reader.next() {
            guard case .labelled(let label) = entry.content else { continue }
            if label.verdict == .withdrawn {
                for index in rowIndices.removeValue(forKey: label.account) ?? [] { rows[index] = nil }
                continue
            }
            rowIndices[label.account, default: []].append(rows.count)
            rows.append(
                LabelRow(
                    account: label.account, isAbusive: label.verdict == .abusive, campaign: "",
                    knownAtMs: label.knownAtMs))
        }
        return rows.compactMap { $0 }
    }
}
