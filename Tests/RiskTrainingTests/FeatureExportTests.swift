import Glibc
import RiskCore
import TestSupport
import Testing

@testable import RiskTraining

/// What is exported is what serving used, bit for bit, and margins are read back by place.
@Suite struct FeatureExportTests {
    private let folder: TemporaryFolder
    private let world: TinyWorld

    init() throws {
        folder = try TemporaryFolder()
        var world = try TinyWorld(seed: 2, honestCount: 40, waveCount: 5)
        world.custom = { account, _ in CustomValue(name: "rate", value: .number(account.rate)) }
        try world.write(to: folder)
        self.world = world
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        let file = try #require(fopen(folder.path(name), "r"))
        defer { fclose(file) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { result += buffer[..<count] }
        return result
    }

    @Test(arguments: FeatureExport.Precision.allCases) func valuesAreThoseOfAReplay(
        precision: FeatureExport.Precision
    ) throws {
        var export = FeatureExport()
        export.precision = precision
        export.fromMs = TinyWorld.moment(30)
        export.untilMs = TinyWorld.moment(60)
        export.customNumbers = ["rate"]
        let truth = try Truth.read(path: folder.path("truth.csv"))
        let log = folder.path("events.swlog")
        let count = try export.write(log: log, labels: world.labels, truth: truth, to: folder.path)
        let width = precision == .float64 ? 8 : 4
        let columns = FeatureCatalogue.features.count + 1
        let values = try bytes(precision == .float64 ? "features.f64" : "features.f32")
        #expect(values.count == count * columns * width)
        let rows = String(decoding: try bytes("rows.csv"), as: UTF8.self).split(separator: "\n")
        #expect(rows.count == count + 1 && rows[0].hasSuffix(",class,true_campaign,segment"))

        let replay = try LogReplay(path: log, labels: world.labels.map(\.label))
        var vector: [Double] = []
        var row = 0
        while let event = try replay.next() {
            let timeMs = event.observation.event.timeMs
            guard timeMs >= TinyWorld.moment(30), timeMs < TinyWorld.moment(60) else { continue }
            FeatureExtractor.wholeCatalogue.extract(event.observation, into: &vector)
            #expect(rows[row + 1].hasPrefix("\(event.commitSequence),"))
            for (column, value) in vector.enumerated() {
                let start = (row * columns + column) * width
                let bits = values[start..<start + width].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                let expected = width == 8 ? value.bitPattern : UInt64(Float(value).bitPattern)
                if bits != expected { Issue.record("row \(row), column \(column)") }
            }
            row += 1
        }
        #expect(row == count && count > 40)
        let description = String(decoding: try bytes("features.json"), as: UTF8.self)
        #expect(description.contains(#""rows":\#(count)"#) && description.contains(#""name":"custom.rate""#))
    }

    @Test func marginsAreFoundByTheirPlaceOrNamedAsMissing() throws {
        func file(_ text: String) throws -> MarginsFile {
            try folder.write(Array(text.utf8), "margins.csv")
            return try MarginsFile(name: "x", path: folder.path("margins.csv"))
        }
        let margins = try file("commit_sequence,margin\n2,0.5\n5,-1e3\n9,7\n")
        #expect(try margins.margin(of: 5) == -1000)
        #expect(try margins.margin(of: 9) == 7)
        #expect(throws: EvaluationError.self) { try margins.margin(of: 10) }
        #expect(throws: EvaluationError.self) { try file("commit_sequence,margin\n2,0.5\n").margin(of: 1) }
        for text in [
            "margin,commit_sequence\n", "commit_sequence,margin\n2,nan\n", "commit_sequence,margin\n2,\n",
            "commit_sequence,margin\n3,1\n2,1\n",
        ] { #expect(throws: TrainingError.self, "\(text)") { try file(text).margin(of: 9) } }
    }

    @Test func truthFilesAreChecked() throws {
        for (text, word) in [
            ("account,class\n", "line 1"), ("account_ref,class,campaign,segment\na,evil,,\n", "line 2: class"),
            ("account_ref,class,campaign,segment\na,campaign,,\n", "campaign"),
            ("account_ref,class,campaign,segment\na,honest,,s\na,honest,,s\n", "line 3"),
            ("account_ref,class,campaign,segment\n,honest,,s\n", "line 2"),
        ] {
            try folder.write(Array(text.utf8), "bad.csv")
            let error = trainingError { _ = try Truth.read(path: folder.path("bad.csv")) }
            #expect(error?.code == .malformed && error?.message.contains(word) == true, "\(text) \(error as Any)")
        }
    }
}
