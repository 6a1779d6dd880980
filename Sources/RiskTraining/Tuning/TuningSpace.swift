/// What is searched, one line for each parameter.
enum TuningSpace {
    private static let logistic: [TuningParameter] = [
        .logarithmic("l1", 0.1...300, zeroShare: 0.4, \.l1),
        .logarithmic("l2", 0.001...1000, \.l2),
    ]

    private static let trees: [TuningParameter] = [
        .choice("base", [TreeOptions.Base.none, .linear], \.trees.base),
        .whole("depth", 4...8, \.trees.depth),
        .logarithmic("learning_rate", 0.02...0.2, \.trees.learningRate),
        .linear("row_sample", 0.5...1, \.trees.rowSample),
        .linear("column_sample", 0.3...1, \.trees.columnSample),
        .logarithmic("leaf_l2", 0.3...100, \.trees.l2),
        .logarithmic("min_hessian", 0.1...30, \.trees.minHessian),
    ]

    /// The parameters of a kind of model.
    static func parameters(_ kind: TrainingOptions.Kind) -> [TuningParameter] {
        switch kind {
        case .logistic: logistic
        case .trees: trees
        }
    }

    /// Settings drawn from the space: first those that are given, then others, decided by the seed alone.
    static func configurations(_ given: TrainingOptions, _ tuning: TuningOptions) -> [TrainingOptions] {
        let searched = parameters(given.kind).filter { !tuning.fixed.contains($0.name) }
        var result = [given]
        guard !searched.isEmpty else { return result }
        var generator = SplitMix64(seed: given.seed ^ 0x7475_6E65)
        for _ in 1..<tuning.configurationCount { result.append(drawn(given, searched, &generator)) }
        return result
    }

    /// Settings that go together: some do not, such as deep trees with a thousand of them.
    private static func drawn(
        _ given: TrainingOptions, _ searched: [TuningParameter], _ generator: inout SplitMix64
    ) -> TrainingOptions {
        for _ in 0..<100 {
            var options = given
            for parameter in searched { parameter.draw(&options, &generator) }
            if (try? options.check()) != nil { return options }
        }
        return given
    }
}
