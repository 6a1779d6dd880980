import ArgumentParser
import Foundation
import RiskModels
import RiskWire

/// Times the scoring of rows inside this process; `Tools/bench predict` and `reasons` drive it.
///
/// Hidden, since it measures and answers nothing. For each line on standard input it goes through all rows in each way,
/// again and again for 80 ms at least, and prints one JSON object with the mean time of a row in nanoseconds, so that a
/// script can alternate it with others. With `--out` it writes what the rows score instead.
struct TimeRows: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time-rows", abstract: "Times the scoring of rows, for Tools/bench.", shouldDisplay: false)

    @Option(help: "The model file; golden inputs may be missing.")
    var model: String

    @Option(help: "The rows: little-endian Float64, one value for each feature, row after row.")
    var rows: String

    @Option(help: "Do not time: write each row's margin, the bias and the contributions here, as Float64.")
    var out: String?

    @Option(help: "What scores trees: portable, avx2 or avx512; without it the fastest.")
    var kernel: String?

    /// The peers' in `Tools/Benchmarks/row_peers.py` as well. A pass of the fastest is a millisecond, and would measure
    /// what comes back slowly after others had the processor, caches and pages.
    private static let shortestTime = Duration.milliseconds(80)

    func run() throws {
        let (document, digest) = try Self.document(model)
        let model = try Self.load(document, digest, try chosenKernel(), path: model)
        let rows = try numbers(featureCount: model.featureCount)
        if let out {
            try Files.write(
                scores(model, rows).flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }, to: out)
            return
        }
        while readLine() != nil {
            JSONOutput.send(try JSONOutput.line(pass(model, rows)))
        }
    }

    /// Everything is checked but the golden inputs: models that other programs wrote for a comparison have none.
    static func document(_ path: String) throws -> (ModelDocument, digest: [UInt8]) {
        do {
            return try ModelFile.decodeDocument(try Files.read(path))
        } catch let error as ModelFileError {
            throw ToolError("\(path) was refused: \(error)")
        }
    }

    static func load(
        _ document: ModelDocument, _ digest: [UInt8], _ kernel: TreeKernel, path: String
    ) throws -> LoadedModel {
        do {
            return try LoadedModel(document, digest: digest, kernel: kernel)
        } catch {
            throw ToolError("\(path) was refused: \(error)")
        }
    }

    private func chosenKernel() throws -> TreeKernel {
        guard let kernel else { return .best }
        guard let chosen = TreeKernel(rawValue: kernel), chosen.isSupported else {
            let all = TreeKernel.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
            throw ToolError("--kernel: expected one of \(all), found \(kernel)")
        }
        return chosen
    }

    private func numbers(featureCount: Int) throws -> [Double] {
        let bytes = try Files.read(rows)
        guard !bytes.isEmpty, bytes.count.isMultiple(of: 8 * featureCount) else {
            throw ToolError("\(rows): expected rows of \(8 * featureCount) bytes, found \(bytes.count) bytes")
        }
        return bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 8).map {
                Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self)))
            }
        }
    }

    private func scores(_ model: LoadedModel, _ rows: [Double]) -> [Double] {
        var margins: [Double] = []
        var contributions: [Double] = []
        model.scores(of: rows, into: &margins, contributions: &contributions)
        let count = model.featureCount
        return margins.indices.flatMap { [margins[$0], model.bias] + contributions[$0 * count..<($0 + 1) * count] }
    }

    /// Mean nanoseconds a row, by way of scoring.
    private func pass(_ model: LoadedModel, _ rows: [Double]) -> [String: Any] {
        let count = rows.count / model.featureCount
        func batches(of size: Int) -> [[Double]] {
            stride(from: 0, to: rows.count, by: size * model.featureCount).map {
                Array(rows[$0..<min(rows.count, $0 + size * model.featureCount)])
            }
        }
        var checksum = 0.0
        var margins: [Double] = []
        var contributions: [Double] = []
        func time(_ size: Int, _ body: ([Double]) -> Void) -> Double {
            let batches = batches(of: size)
            // The caller's buffers are there before the clock starts.
            if let first = batches.first { body(first) }
            let clock = ContinuousClock()
            let start = clock.now
            var passCount = 0
            repeat {
                for batch in batches { body(batch) }
                passCount += 1
            } while clock.now - start < Self.shortestTime
            checksum += margins.first ?? 0
            return (clock.now - start) / .nanoseconds(1) / Double(count * passCount)
        }
        var result: [String: Any] = ["rows": count, "features": model.featureCount]
        result["margin_1"] = time(1) { checksum += model.margin($0) }
        for size in [16, 256, 4096] {
            result["margin_\(size)"] = time(size) { model.margins(of: $0, into: &margins) }
        }
        result["reasons_1"] = time(1) { checksum += model.score($0, contributions: &contributions) }
        for size in [16, 256, 4096] {
            result["reasons_\(size)"] = time(size) {
                model.scores(of: $0, into: &margins, contributions: &contributions)
            }
        }
        // Printed so that no call can be left out as unused.
        result["checksum"] = checksum.isFinite ? checksum : 0
        return result
    }
}
