import ArgumentParser
import RiskTraining

/// How trees are grown, as flags. What is not given is the library's default.
struct TreeArguments: ParsableArguments {
    @Option(help: "Shape of the trees: symmetric.")
    var shape: String?

    @Option(help: "What the trees are boosted on: none, linear, or auto (linear if clearly better on held-out rows).")
    var base: String?

    @Option(name: .customLong("trees"), help: "Trees at most.")
    var treeLimit: Int?

    @Option(help: "Levels of a tree.")
    var depth: Int?

    @Option(help: "What share of each tree's step is taken.")
    var learningRate: Double?

    @Option(help: "Share of the rows that each tree is grown on.")
    var rowSample: Double?

    @Option(help: "Share of the features that each tree may ask about.")
    var columnSample: Double?

    @Option(help: "Strength of the pull of the leaves' values towards 0.")
    var leafL2: Double?

    @Option(help: "Curvature (at most 1/4 a row) that a leaf needs for a value of its own.")
    var minHessian: Double?

    @Option(help: "Trees without progress on the held-out rows after which growing stops.")
    var patience: Int?

    @Option(help: "How much a positive row counts beside a negative one while fitting; probabilities stay right.")
    var positiveWeight: Double?

    @Flag(help: "Grow trees of the account alone first; trees that look at others then only add to what those say.")
    var othersOnlyAdd = false

    /// The first flag that was given; nil if none was.
    var givenName: String? { givenNames.first }

    /// The flags that were given.
    var givenNames: [String] {
        let flags: [(String, Bool)] = [
            ("--shape", shape != nil), ("--base", base != nil), ("--trees", treeLimit != nil),
            ("--depth", depth != nil), ("--learning-rate", learningRate != nil), ("--row-sample", rowSample != nil),
            ("--column-sample", columnSample != nil), ("--leaf-l2", leafL2 != nil),
            ("--min-hessian", minHessian != nil), ("--patience", patience != nil),
            ("--positive-weight", positiveWeight != nil), ("--others-only-add", othersOnlyAdd),
        ]
        return flags.filter(\.1).map(\.0)
    }

    /// Says what is wrong with words; numbers are checked before training.
    func check() throws {
        if let shape, shape != "symmetric" {
            guard shape == "leafwise" else {
                throw ValidationError("--shape: expected symmetric, found \"\(shape)\"")
            }
            throw ValidationError("--shape leafwise: not in this version")
        }
        if let base, TreeOptions.Base(rawValue: base) == nil {
            let words = TreeOptions.Base.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--base: expected \(words), found \"\(base)\"")
        }
    }

    /// The same for the library.
    var options: TreeOptions {
        var options = TreeOptions()
        options.base = base.flatMap(TreeOptions.Base.init(rawValue:)) ?? options.base
        options.treeLimit = treeLimit ?? options.treeLimit
        options.depth = depth ?? options.depth
        options.learningRate = learningRate ?? options.learningRate
        options.rowSample = rowSample ?? options.rowSample
        options.columnSample = columnSample ?? options.columnSample
        options.l2 = leafL2 ?? options.l2
        options.minHessian = minHessian ?? options.minHessian
        options.patience = patience ?? options.patience
        options.positiveWeight = positiveWeight ?? options.positiveWeight
        options.othersOnlyAdd = othersOnlyAdd
        return options
    }
}
