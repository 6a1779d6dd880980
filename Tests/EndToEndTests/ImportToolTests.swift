import Foundation
import TestSupport
import Testing

/// `stillwatch import`, on models that LightGBM and XGBoost wrote.
@Suite struct ImportToolTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func cells(_ path: String) throws -> [[Substring]] {
        try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
    }

    /// The margins that a model gives the rows of a fixture, and those that the other library gave them.
    private func margins(
        _ model: String, _ name: String, features: String, column: String = "margin"
    ) throws -> [(ours: Double, theirs: Double)] {
        let table = try cells(Fixtures.path(name))
        let count = features.split(separator: ",").count
        // Categories are words here: 17, not 17.0.
        let values = table.dropFirst().map { $0.prefix(count).map { $0.hasSuffix(".0") ? $0.dropLast(2) : $0 } }
        let rows = [features] + values.map { $0.map { $0 == "nan" ? "" : $0 }.joined(separator: ",") }
        let csv = folder.path("rows.csv")
        try Data(rows.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: csv))
        try Executable.tool("predict", "--csv", csv, "--model", model, "--out", folder.path("out.csv"))
        let place = try #require(table[0].firstIndex { $0 == column })
        let ours = try cells(folder.path("out.csv")).dropFirst().map { Double($0[1]) ?? .nan }
        let theirs = table.dropFirst().map { Double($0[place]) ?? .nan }
        try #require(ours.count == theirs.count && ours.count > 20)
        return zip(ours, theirs).map { ($0, $1) }
    }

    @Test(arguments: [
        (
            "--lightgbm", "lightgbm/model.txt", "lightgbm/scores.csv", "Column_0,Column_1,Column_2,Column_3,Column_4",
            1e-12
        ),
        ("--xgboost", "xgboost/numeric.json", "xgboost/numeric.csv", "f0,f1,f2", 1e-5),
        ("--xgboost", "xgboost/words.json", "xgboost/words.csv", "amount,country,plan", 1e-5),
    ]) func importedModelsScoreAsTheyDidThere(
        option: String, model: String, rows: String, features: String, tolerance: Double
    ) throws {
        let file = folder.path("imported.swm")
        try Executable.tool("import", option, Fixtures.path(model), "--out", file)
        for (ours, theirs) in try margins(file, rows, features: features) {
            #expect(abs(ours - theirs) <= tolerance * max(1, abs(theirs)), "\(rows)")
        }
    }

    @Test func roundsBeyondTheBestAreTakenOnRequestOnly() throws {
        let file = folder.path("imported.swm")
        for (options, column, words) in [([], "margin", "up to its best"), (["--all-rounds"], "all", "rounds")] {
            let (status, _, said) = try Executable.run(
                Executable.path("stillwatch"),
                ["import", "--xgboost", Fixtures.path("xgboost/stopped.json"), "--out", file] + options)
            #expect(status == 0 && said.contains(words), "\(said)")
            for (ours, theirs) in try margins(file, "xgboost/stopped.csv", features: "a,b", column: column) {
                #expect(abs(ours - theirs) <= 1e-5 * max(1, abs(theirs)), "\(options)")
            }
        }
    }

    @Test func whatCannotBeTakenOverIsNamedAndWritesNothing() throws {
        let text = try Fixtures.text("xgboost/numeric.json")
        let damaged = [
            (text.replacing("binary:logistic", with: "reg:squarederror"), "binary:logistic"),
            (String(text.prefix(text.count / 2)), "cut off"), ("", "found nothing"),
        ]
        for (text, word) in damaged {
            let path = folder.path("damaged.json")
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let (status, _, said) = try Executable.run(
                Executable.path("stillwatch"), ["import", "--xgboost", path, "--out", folder.path("none.swm")])
            #expect(status == 1 && said.contains(word) && said.contains(path), "\(said)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("none.swm")))
    }
}
