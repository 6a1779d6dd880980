import Foundation
import TestSupport
import Testing

/// `evaluate` and `features` through the executable, on the foreign log.
@Suite(.serialized) struct EvaluateToolTests {
    private static let fixtures = Fixtures.path("foreign-log")

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { folder.path(name) }

    private func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// The log, with labels and periods that fit.
    private func arguments(_ more: String...) throws -> [String] {
        try Executable.tool("events", "--from-jsonl", Self.fixtures + "/events.jsonl", "--out", path("log.swlog"))
        return [
            "evaluate", "--events", path("log.swlog"), "--labels", Self.fixtures + "/labels.csv", "--train-until",
            "2025-11-08", "--labels-until", "1762700000000", "--out", path("report"),
        ] + more
    }

    @Test func aReportIsWrittenAndTheTablesArePrinted() throws {
        let (status, printed, error) = try Executable.run(
            Executable.path("stillwatch"), try arguments("--test-from", "2025-11-10T12:00:00Z", "--no-leave-one-out"))
        #expect(status == 0, "\(error)")
        #expect(printed.contains("Forward in time") && printed.contains("too few accounts"))
        #expect(printed.contains("by the provider's own labels"))
        let page = try text("report/report.html")
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("</svg>") && !page.contains("<script"))
        // A campaign's name is whatever the labels say.
        #expect(page.contains("the &quot;quick&quot; farm"))
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(try text("report/report.json").utf8)) as? [String: Any])
        #expect(report["simulated"] as? Bool == false)
        #expect((report["forward"] as? [[String: Any]])?.count == 1)
    }

    @Test func whatIsNotHonestIsRefused() throws {
        for (more, word) in [
            (["--test-from", "2025-11-05"], "EVALUATION_LEAKY_SPLIT"),
            (["--test-from", "2025-11-09"], "EVALUATION_LEAKY_SPLIT"),
            (["--test-from", "2025-11-10T12:00:00Z", "--compare", "x=/nowhere.csv"], "TRAINING_UNREADABLE"),
        ] {
            let (status, _, error) = try Executable.run(Executable.path("stillwatch"), try arguments() + more)
            #expect(status == 1 && error.contains(word), "\(more): \(error)")
        }
        let random = try Executable.run(
            Executable.path("stillwatch"),
            [
                "evaluate", "--events", path("log.swlog"), "--labels", Self.fixtures + "/labels.csv", "--out",
                path("report"), "--split", "random",
            ])
        #expect(random.status == 1 && random.error.contains("EVALUATION_LEAKY_SPLIT"), "\(random.error)")
        for more in [["--test-from", "10.11.2025"], ["--split", "random"], ["--test-from", "20251110"]] {
            let (status, _, error) = try Executable.run(Executable.path("stillwatch"), try arguments() + more)
            #expect(status == 64, "\(more): \(error)")
        }
    }

    @Test func exportedFeaturesStandBesideTheirRows() throws {
        _ = try arguments()
        try Executable.tool(
            "features", "--events", path("log.swlog"), "--labels", Self.fixtures + "/labels.csv", "--out",
            path("features"))
        let rows = try text("features/rows.csv").split(separator: "\n")
        let description = try #require(
            try JSONSerialization.jsonObject(with: Data(try text("features/features.json").utf8)) as? [String: Any])
        let (count, columns) = (description["rows"] as? Int ?? 0, description["columns"] as? Int ?? 0)
        #expect(count == 60 && rows.count == 61)
        let values = try Data(contentsOf: URL(fileURLWithPath: path("features/features.f64")))
        #expect(values.count == count * columns * 8)
        let names = (description["features"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
        let isPayment = try #require(names.firstIndex(of: "context.is_payment"))
        for (index, row) in rows.dropFirst().enumerated() {
            let start = (index * columns + isPayment) * 8
            let bits = values[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            #expect((Double(bitPattern: bits) == 1) == row.contains(",payment,"), "\(row)")
        }
    }
}
