import ArgumentParser
import RiskTraining

/// How trees are grown, as flags. What is not given is the library's default.
struct TreeArguments: ParsableArguments {
    @Option(
        name: [.customLong("tree-shape"), .customLong("shape")],
        help: "Shape of the trees: symmetric (reasons cost next to nothing) or leaf-wise.")
    var shape: String?

    @Option(help: "Leaves of a leaf-wise tree at most.")
    var leaves: Int?

    @Option(
        help: """
            What the trees are boosted on: none, linear, or auto (linear if clearly better on held-out rows and not \
            clearly worse with their altered copies, else none).
            """)
    var base: String?

    @Option(
        help: """
            What no margin is below: account (a logistic regression of what an account shows by itself, quieter than \
            the trees among honest accounts), or none. Default: none, from events account.
            """)
    var floor: String?

    @Option(name: .customLong("trees"), help: "Trees at most, in each forest.")
    var treeLimit: Int?

    @Option(
        help: """
            Forests whose mean the model is: 1, 2, 4 or 8. They differ in what they draw, and every other one does \
            without innocent crowds. Default: 2 with innocent crowds if --trees allows it, else 1.
            """)
    var forests: Int?

    @Option(help: "Levels of a symmetric tree.")
    var depth: Int?

    @Option(help: "What share of each tree's step is taken.")
    var learningRate: Double?

    @Option(help: "Share of the rows that each tree is grown on.")
    var rowSample: Double?

    @Option(help: "Share of the features that each tree may ask about. Default: 0.8, from events 0.08.")
    var columnSample: Double?

    @Option(help: "Strength of the pull of the leaves' values towards 0.")
    var leafL2: Double?

    @Option(help: "What is taken off the size of a leaf's slope: leaves with less stay at 0.")
    var leafL1: Double?

    @Option(help: "How much each leaf leans on the one it came from, in units of curvature; 0: not at all.")
    var pathSmoothing: Double?

    @Option(help: "Curvature (at most 1/4 a row) that a leaf needs for a value of its own.")
    var minHessian: Double?

    @Option(
        help: ArgumentHelp(
            "What has to improve on the held-out rows: \(Self.metricWords). Default: log_loss.", valueName: "metric"))
    var stopMetric: String?

    @Option(help: "Trees without progress on the held-out rows after which growing stops.")
    var patience: Int?

    @Option(help: "How much a positive row counts beside a negative one while fitting; probabilities stay right.")
    var positiveWeight: Double?

    /// The first flag that was given; nil if none was.
    var givenName: String? { givenNames.first }

    /// The flags that were given.
    var givenNames: [String] {
        let flags: [(String, Bool)] = [
            ("--tree-shape", shape != nil), ("--leaves", leaves != nil), ("--base", base != nil),
            ("--floor", floor != nil),
            ("--trees", treeLimit != nil), ("--forests", forests != nil), ("--depth", depth != nil),
            ("--learning-rate", learningRate != nil),
            ("--row-sample", rowSample != nil), ("--column-sample", columnSample != nil),
            ("--leaf-l2", leafL2 != nil), ("--leaf-l1", leafL1 != nil), ("--path-smoothing", pathSmoothing != nil),
            ("--min-hessian", minHessian != nil), ("--stop-metric", stopMetric != nil),
            ("--patience", patience != nil), ("--positive-weight", positiveWeight != nil),
        ]
        return flags.filter(\.1).map(\.0)
    }

    /// Says what is wrong with words; numbers are checked before training.
    func check() throws {
        if let shape, TreeOptions.Shape(rawValue: shape) == nil {
            let words = TreeOptions.Shape.allCases.map(\.rawValue).joined(separator: " or ")
            throw ValidationError("--tree-shape: expected \(words), found \"\(shape)\"")
        }
        let grown = options().shape
        if leaves != nil, grown == .symmetric { throw ValidationError("--leaves needs --tree-shape leaf-wise") }
        if depth != nil, grown == .leafWise { throw ValidationError("--depth needs --tree-shape symmetric") }
        if let stopMetric, StoppingMetric(rawValue: stopMetric) == nil {
            throw ValidationError("--stop-metric: expected \(Self.metricWords), found \"\(stopMetric)\"")
        }
        if let base, TreeOptions.Base(rawValue: base) == nil {
            let words = TreeOptions.Base.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--base: expected \(words), found \"\(base)\"")
        }
        if let floor, TreeOptions.Floor(rawValue: floor) == nil {
            let words = TreeOptions.Floor.allCases.map(\.rawValue).joined(separator: " or ")
            throw ValidationError("--floor: expected \(words), found \"\(floor)\"")
        }
    }

    private static let metricWords = StoppingMetric.allCases.map(\.rawValue).joined(separator: ", ")

    /// The same for the library; what is not given is as usual.
    func options(usual: TreeOptions = TreeOptions()) -> TreeOptions {
        var options = usual
        options.shape = shape.flatMap(TreeOptions.Shape.init(rawValue:)) ?? options.shape
        options.leaves = leaves ?? options.leaves
        options.base = base.flatMap(TreeOptions.Base.init(rawValue:)) ?? options.base
        options.floor = floor.flatMap(TreeOptions.Floor.init(rawValue:)) ?? options.floor
        options.treeLimit = treeLimit ?? options.treeLimit
        options.forests = forests ?? options.forests
        options.depth = depth ?? options.depth
        options.learningRate = learningRate ?? options.learningRate
        options.rowSample = rowSample ?? options.rowSample
        options.columnSample = columnSample ?? options.columnSample
        options.l2 = leafL2 ?? options.l2
        options.l1 = leafL1 ?? options.l1
        options.pathSmoothing = pathSmoothing ?? options.pathSmoothing
        options.stopMetric = stopMetric.flatMap(StoppingMetric.init(rawValue:)) ?? options.stopMetric
        options.minHessian = minHessian ?? options.minHessian
        options.patience = patience ?? options.patience
        options.positiveWeight = positiveWeight ?? options.positiveWeight
        return options
    }
}
