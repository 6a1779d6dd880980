extension DeclaredUse {
    /// What accounts of this declared use ordinarily ask for; nil where the declaration says nothing.
    ///
    /// Rough assumptions, not measurements: which capabilities the words name, with room for what goes with them. In
    /// the contract's order: chat, writing, data analysis, coding, agentic tool use, long horizon, computer use,
    /// vision, reasoning and mathematics, grading, safety rewriting, other.
    var ordinaryCapabilities: HistogramMeasures.Reference? { Self.references[rawValue] }

    private static let references: [HistogramMeasures.Reference?] = allCases.map { use in
        switch use {
        case .chat: [0.45, 0.20, 0.06, 0.08, 0.03, 0.01, 0.01, 0.05, 0.05, 0, 0.01, 0.05]
        case .coding: [0.05, 0.03, 0.05, 0.60, 0.15, 0.06, 0.01, 0.01, 0.02, 0, 0, 0.02]
        case .agents: [0.05, 0.02, 0.07, 0.22, 0.40, 0.12, 0.06, 0.02, 0.02, 0, 0, 0.02]
        case .data: [0.06, 0.06, 0.50, 0.14, 0.08, 0.02, 0.01, 0.05, 0.05, 0.01, 0, 0.02]
        case .research: [0.12, 0.14, 0.20, 0.14, 0.07, 0.03, 0.01, 0.04, 0.15, 0.06, 0.01, 0.03]
        case .evaluation: [0.08, 0.05, 0.08, 0.10, 0.07, 0.03, 0.02, 0.04, 0.12, 0.35, 0.03, 0.03]
        case .resale: [0.30, 0.15, 0.08, 0.15, 0.07, 0.02, 0.02, 0.06, 0.06, 0.01, 0.02, 0.06]
        case .other: nil as [Double]?
        }
    }.map { $0.map { HistogramMeasures.Reference($0) } }
}
