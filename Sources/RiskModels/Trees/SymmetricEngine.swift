/// Symmetric trees laid out for one kernel.
enum SymmetricEngine: Sendable {
    case portable(TreeTables)
    case vectors(SymmetricVectors)

    /// For the kernel if it can score the trees, else for plain Swift.
    init(_ layout: TreeLayout, features: [ModelFeature], kernel: TreeKernel, looksUp: Bool) {
        if let vectors = SymmetricVectors(layout, features: features, kernel: kernel) {
            self = .vectors(vectors)
        } else {
            self = .portable(TreeTables(layout, features: features, looksUp: looksUp))
        }
    }

    /// The sum of the leaves that a row falls into.
    func sum(_ values: UnsafeBufferPointer<Double>) -> Double {
        switch self {
        case .portable(let tables): tables.sum(values)
        case .vectors(let vectors): vectors.sum(values)
        }
    }

    /// The same sum; overwrites `attributions` with each feature's part in it.
    func sum(_ values: UnsafeBufferPointer<Double>, attributions: UnsafeMutableBufferPointer<Double>) -> Double {
        switch self {
        case .portable(let tables): tables.sum(values, attributions: attributions)
        case .vectors(let vectors): vectors.sum(values, attributions: attributions)
        }
    }

    /// Adds to each margin the sum of the leaves that its row falls into.
    func addSums(
        of rows: UnsafeBufferPointer<Double>, to margins: UnsafeMutableBufferPointer<Double>, featureCount: Int
    ) {
        switch self {
        case .portable(let tables): tables.addSums(of: rows, to: margins, featureCount: featureCount)
        case .vectors(let vectors): vectors.addSums(of: rows, to: margins, featureCount: featureCount)
        }
    }
}
