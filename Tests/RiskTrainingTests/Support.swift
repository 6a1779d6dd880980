import Glibc
import RiskCore
import RiskModels

@testable import RiskTraining

/// Random data with known answers; the seed is printed where a test fails.
struct Randoms {
    var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func uniform() -> Double { Double.random(in: 0..<1, using: &generator) }
    mutating func int(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
    mutating func normal() -> Double {
        (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
    }

    /// Features of random directions, some categorical, some with missing values, and labels that depend on them.
    mutating func data(rowCount: Int, featureCount: Int) -> TrainingData {
        var features: [ModelFeature] = []
        var columns: [[Double]] = []
        var margins = Array(repeating: -0.5, count: rowCount)
        for index in 0..<featureCount {
            let direction = FeatureDirection.allCases[int(0..<3)]
            let isCategorical = direction == .free && int(0..<3) == 0
            let missingShare = [0, 0.3, 1][int(0..<10) / 5 + int(0..<10) / 9]
            let effect = normal()
            features.append(
                ModelFeature(name: "f\(index)", direction: direction, categories: isCategorical ? ["a", "b"] : nil))
            let column = (0..<rowCount).map { _ -> Double in
                if uniform() < missingShare { return .nan }
                if isCategorical { return Double(int(0..<3)) }
                return direction == .free ? normal() : exp(2 * normal())
            }
            columns.append(column)
            for row in 0..<rowCount {
                margins[row] += column[row].isNaN ? effect / 2 : effect * signedLog(column[row])
            }
        }
        let labels = margins.map { uniform() < 1 / (1 + exp(-$0)) }
        return TrainingData(features: features, columns: columns, labels: labels)
    }
}

/// A file that is gone at the end of its scope.
final class TemporaryFile {
    let path: String

    init(_ text: String) { path = Self.write(Array(text.utf8)) }
    init(bytes: [UInt8]) { path = Self.write(bytes) }
    deinit { unlink(path) }

    private static func write(_ bytes: [UInt8]) -> String {
        var template = Array("/tmp/stillwatch-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        precondition(descriptor >= 0, "mkstemp failed with \(errno)")
        defer { close(descriptor) }
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        precondition(written == bytes.count, "wrote \(written) of \(bytes.count) bytes")
        return String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func write(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
        Glibc.write(descriptor, base, count)
    }
}

/// The error that a body throws; nil if it throws none.
func trainingError(_ body: () throws -> Void) -> TrainingError? {
    do {
        try body()
        return nil
    } catch {
        return error as? TrainingError
    }
}
