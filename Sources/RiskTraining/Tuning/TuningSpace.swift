internal import RiskModels

/// What is searched, one line for each parameter.
enum TuningSpace {
    private static let logistic: [TuningParameter] = [
        .logarithmic("l1", 0.1...300, zeroShare: 0.4, \.l1),
        .logarithmic("l2", 0.001...1000, \.l2),
    ]

    /// The base is none of them: `auto` chooses it for each setting, by more than the figure that is searched by.
    ///
    /// Held-out rows are of the campaigns that are learnt, and would rather have trees ask about many features. Who
    /// starts from few, as ``EventTraining/usualOptions`` do for the sake of campaigns to come, stays with few.
    private static func trees(_ usual: TreeOptions) -> [TuningParameter] {
        [
            .logarithmic("learning_rate", 0.02...0.2, \.trees.learningRate),
            .linear("row_sample", 0.5...1, \.trees.rowSample),
            .logarithmic("leaf_l2", 0.3...100, \.trees.l2),
            .logarithmic("leaf_l1", 0.1...10, zeroShare: 0.6, \.trees.l1),
            .logarithmic("path_smoothing", 0.3...30, zeroShare: 0.6, \.trees.pathSmoothing),
            .logarithmic("min_hessian", 0.1...30, \.trees.minHessian),
            .linear("column_sample", usual.columnSample < 0.3 ? 0.03...0.3 : 0.3...1, \.trees.columnSample),
        ]
    }

    private static let symmetric: [TuningParameter] = [.whole("depth", 4...8, \.trees.depth)]

    private static let leafWise: [TuningParameter] = [.whole("leaves", 7...127, \.trees.leaves)]

    /// The parameters of a kind of model, and of a shape of trees.
    static func parameters(_ options: TrainingOptions) -> [TuningParameter] {
        switch (options.kind, options.trees.shape) {
        case (.logistic, _): logistic
        case (.trees, .symmetric): trees(options.trees) + symmetric
        case (.trees, .leafWise): trees(options.trees) + leafWise
        }
    }

    /// Settings drawn from the space: first those that are given, then others, decided by the seed alone.
    ///
    /// - Parameter features: What a model has to be proven for.
    static func configurations(
        _ given: TrainingOptions, _ tuning: TuningOptions, features: [ModelFeature]
    ) -> [TrainingOptions] {
        let searched = parameters(given).filter { !tuning.fixed.contains($0.name) }
        var result = [given]
        guard !searched.isEmpty else { return result }
        var generator = SplitMix64(seed: given.seed ^ 0x7475_6E65)
        for _ in 1..<tuning.configurationCount { result.append(drawn(given, searched, features, &generator)) }
        return result
    }

    /// Settings that go together: some do not, such as deep trees with a thousand of them.
    private static func drawn(
        _ given: TrainingOptions, _ searched: [TuningParameter], _ features: [ModelFeature],
        _ generator: inout SplitMix64
    ) -> TrainingOptions {
        for _ in 0..<100 {
            var options = given
            for parameter in searched { parameter.draw(&options, &generator) }
            let forests = options.trees.forests ?? 1
            if (try? options.check()) != nil, (try? options.trees.checkProof(features, forests: forests)) != nil {
                return options
            }
        }
        return given
    }
}
