import ArgumentParser
import Foundation
import RiskModels
import RiskTraining

/// Times the fit of a logistic regression inside this process; `Tools/bench logistic` drives it.
///
/// Hidden, since it measures and answers nothing. For each line on standard input, the number of threads, it fits once
/// and prints one JSON object with the seconds for making the rows ready and for the fit, so that a script can
/// alternate it with others. With `--out` it writes the weights of the last fit when the input ends.
struct TimeLogistic: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time-logistic", abstract: "Times logistic regression, for Tools/bench.", shouldDisplay: false)

    @Option(help: "The columns: little-endian Float32, all values of a column, then of the next.")
    var columns: String

    @Option(help: "The labels: one byte for each row, 0 or 1.")
    var labels: String

    @Option(help: "Strength of the pull that makes weights 0.")
    var l1 = 0.0

    @Option(help: "Strength of the pull towards 0.")
    var l2 = 1.0

    @Option(help: "Where the weights go: the intercept's and one for each column as it is in the file, as Float64.")
    var out: String?

    func run() throws {
        let data = try table()
        var model: LogisticModel?
        while let line = readLine() {
            guard let threads = Int(line), threads >= 1 else {
                throw ToolError("expected a number of threads a line, found \"\(line)\"")
            }
            JSONOutput.send(try fit(data, threads: threads, &model))
        }
        if let out, let model { try write(model, count: data.features.count, to: out) }
    }

    private func table() throws -> TrainingData {
        let labels = try Files.read(labels)
        let bytes = try Files.read(columns)
        guard !labels.isEmpty, bytes.count.isMultiple(of: 4 * labels.count) else {
            throw ToolError("\(columns): expected columns of \(4 * labels.count) bytes, found \(bytes.count) bytes")
        }
        let count = bytes.count / (4 * labels.count)
        let values = bytes.withUnsafeBytes { bytes in
            (0..<count).map { column in
                (0..<labels.count).map { row -> Double in
                    let place = 4 * (column * labels.count + row)
                    return Double(
                        Float(
                            bitPattern: UInt32(
                                littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
                    )
                }
            }
        }
        var data = TrainingData(
            features: (0..<count).map { ModelFeature(name: "f\($0)") }, columns: values, labels: labels.map { $0 == 1 })
        data.transforms = Array(repeating: [.identity], count: count)
        return data
    }

    private func fit(_ data: TrainingData, threads: Int, _ model: inout LogisticModel?) throws -> String {
        let clock = ContinuousClock()
        let start = clock.now
        var ready = start
        var steps = 0
        let learner = LogisticLearner(options: TrainingOptions(l1: l1, l2: l2, threads: threads))
        model = try learner.fit(data, rows: Array(0..<data.rowCount)) { phase, fraction in
            guard phase == "fitting" else { return }
            if fraction == 0 { ready = clock.now } else if fraction < 1 { steps += 1 }
        }
        let end = clock.now
        return try JSONOutput.line([
            "ready_s": (ready - start) / .seconds(1), "fit_s": (end - ready) / .seconds(1), "steps": steps,
        ])
    }

    /// Undoes the scaling.
    private func write(_ model: LogisticModel, count: Int, to path: String) throws {
        var weights = Array(repeating: 0.0, count: count + 1)
        weights[0] = model.intercept
        for term in model.terms {
            guard case .numeric(_, let center, let scale, let weight) = term.shape else { continue }
            weights[0] -= weight * center / scale
            weights[1 + term.feature] = weight / scale
        }
        try Files.write(weights.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }, to: path)
    }
}
