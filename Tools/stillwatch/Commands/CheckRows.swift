import ArgumentParser
import Foundation
import RiskModels
import RiskTraining
import RiskWire

/// Checks a model's promises on random rows; `Tools/bench reasons` drives it.
///
/// Hidden, since it answers nothing. Rows are drawn at and around the model's own thresholds, with missing values. It
/// prints one JSON object: how far reasons are from adding up, how far those of serving from those of `explain`, how
/// many margins or reasons a kernel gave other bits, and how many pairs of rows went against a direction.
struct CheckRows: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-rows", abstract: "Checks a model on random rows, for Tools/bench.", shouldDisplay: false)

    @Option(help: "The model file; golden inputs may be missing.")
    var model: String

    @Option(help: "Rows to score, and pairs of rows along a direction.")
    var count = 1_000_000

    @Option(help: "How many of the rows to explain in Float64 too.")
    var exact = 1_000_000

    @Option(help: "How many of the rows to score by every kernel.")
    var compared = 100_000

    @Option(help: "Decides the rows.")
    var seed: UInt64 = 1

    func run() throws {
        let (document, digest) = try TimeRows.document(model)
        var check = ModelCheck(try TimeRows.load(document, digest, .best, path: model), seed: seed)
        let others = try TreeKernel.allCases.filter(\.isSupported).map {
            try TimeRows.load(document, digest, $0, path: model)
        }
        for index in 0..<count {
            check.draw()
            check.score()
            if Self.isOne(of: exact, among: count, index) { check.explain() }
            if Self.isOne(of: compared, among: count, index) { check.compare(with: others) }
        }
        // About half of the draws are a pair.
        for _ in 0..<8 * count where check.pairCount < count { check.comparePair() }
        var result = check.result
        result["allocations"] = AllocationCounter.ofProcess.map { check.allocations(of: others, counter: $0) }
        print(try JSONOutput.line(result))
    }

    /// Spreads `part` of `count` evenly.
    private static func isOne(of part: Int, among count: Int, _ index: Int) -> Bool {
        (index + 1) * part / count > index * part / count
    }
}

/// Rows of one model, and the worst that they showed.
private struct ModelCheck {
    private let model: LoadedModel
    private let drawer: RowDrawer
    private let directed: [Int]
    private var random: SplitMix64
    private var row: [Double] = []
    private var margin = 0.0
    private var contributions: [Double] = []
    private var exact: [Double] = []
    private var counts = [
        "rows": 0, "exact_rows": 0, "compared_rows": 0, "different_bits": 0, "pairs": 0, "pairs_against_direction": 0,
    ]
    private var worst = ["served_residual": 0.0, "exact_residual": 0.0, "served_difference": 0.0]

    init(_ model: LoadedModel, seed: UInt64) {
        self.model = model
        drawer = RowDrawer(model.document)
        directed = model.document.features.indices.filter { model.document.features[$0].direction != .free }
        random = SplitMix64(seed: seed)
    }

    var pairCount: Int { counts["pairs"] ?? 0 }

    var result: [String: Any] {
        counts.merging(["directed_features": directed.count]) { $1 }.mapValues { $0 as Any }
            .merging(worst.mapValues { $0 as Any }) { $1 }
    }

    mutating func draw() { drawer.draw(&row, &random) }

    mutating func score() {
        margin = model.score(row, contributions: &contributions)
        note("served_residual", model.residual(margin: margin, contributions: contributions))
        counts["rows", default: 0] += 1
    }

    mutating func explain() {
        let same = model.explain(row, contributions: &exact)
        if same.bitPattern != margin.bitPattern { counts["different_bits", default: 0] += 1 }
        note("exact_residual", model.residual(margin: same, contributions: exact))
        for feature in exact.indices { note("served_difference", contributions[feature] - exact[feature]) }
        counts["exact_rows", default: 0] += 1
    }

    mutating func compare(with others: [LoadedModel]) {
        for other in others {
            let same = other.score(row, contributions: &exact)
            let isSame =
                same.bitPattern == margin.bitPattern && other.margin(row).bitPattern == margin.bitPattern
                && exact.indices.allSatisfy { exact[$0].bitPattern == contributions[$0].bitPattern }
            if !isSame { counts["different_bits", default: 0] += 1 }
        }
        counts["compared_rows", default: 0] += 1
    }

    /// One row, and the same with a larger value of a feature that has a direction, or with one in place of none.
    mutating func comparePair() {
        guard !directed.isEmpty else { return }
        draw()
        let feature = directed[random.below(directed.count)]
        // Features with a direction are never negative.
        for other in directed where row[other] < 0 { row[other] = -row[other] }
        let before = model.margin(row)
        let other = abs(drawer.value(feature, &random))
        guard !other.isNaN, row[feature].isNaN || other > row[feature] else { return }
        row[feature] = other
        let after = model.margin(row)
        let isRising = model.document.features[feature].direction == .raises
        if isRising ? after < before : after > before { counts["pairs_against_direction", default: 0] += 1 }
        counts["pairs", default: 0] += 1
    }

    /// How often a thousand margins and scores of each kernel allocate, all buffers being there.
    mutating func allocations(of models: [LoadedModel], counter: AllocationCounter) -> Int {
        var margins = [0.0]
        func useAll() {
            for model in models {
                _ = model.score(row, contributions: &contributions)
                margins[0] += model.margin(row)
                model.margins(of: row, into: &margins)
            }
        }
        draw()
        useAll()
        let before = counter.count
        for _ in 0..<1000 { useAll() }
        return counter.count - before
    }

    private mutating func note(_ name: String, _ difference: Double) {
        // What is no number is as wrong as can be.
        worst[name] = max(worst[name] ?? 0, difference.isNaN ? .infinity : abs(difference))
    }
}

/// Asks `Tools/Benchmarks/allocations.c`, if it is loaded, how often this process has allocated.
private struct AllocationCounter {
    private let function: @convention(c) () -> Int

    static let ofProcess: AllocationCounter? = dlsym(nil, "stillwatch_allocation_count").map {
        AllocationCounter(function: unsafeBitCast($0, to: (@convention(c) () -> Int).self))
    }

    var count: Int { function() }
}

/// Draws values where a model's answers change: at its thresholds, right below them, and between.
private struct RowDrawer {
    private let thresholds: [[Double]]
    private let categoryCounts: [Int?]

    init(_ document: ModelDocument) {
        var thresholds = Array(repeating: Set<Double>(), count: document.features.count)
        func add(_ split: TreeSplit) {
            if case .atLeast(let threshold) = split.condition { thresholds[split.feature].insert(threshold) }
        }
        if case .trees(let trees) = document.kind {
            for tree in trees.trees { tree.splits.forEach(add) }
            for tree in trees.leafWiseTrees { tree.nodes.forEach { add($0.split) } }
        }
        self.thresholds = thresholds.map { $0.sorted() }
        categoryCounts = document.features.map { $0.categories?.count }
    }

    func draw(_ row: inout [Double], _ random: inout SplitMix64) {
        if row.count != thresholds.count { row = Array(repeating: 0, count: thresholds.count) }
        for feature in row.indices { row[feature] = value(feature, &random) }
    }

    func value(_ feature: Int, _ random: inout SplitMix64) -> Double {
        if random.below(8) == 0 { return .nan }
        if let count = categoryCounts[feature] { return Double(random.below(count + 1)) }
        let some = thresholds[feature]
        guard !some.isEmpty else { return Double(random.below(2001) - 1000) / 100 }
        let threshold = some[random.below(some.count)]
        switch random.below(3) {
        case 0: return threshold
        case 1: return threshold.nextDown
        default: return threshold + (some[random.below(some.count)] - threshold) * Double(random.below(1024)) / 1024
        }
    }
}

extension SplitMix64 {
    /// A number from 0 to below `bound`.
    fileprivate mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }
}
