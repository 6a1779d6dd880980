internal import RiskModels

extension TrainingData {
    /// What the serving code gives for rows by a model of these features; the same bits for any number of threads.
    ///
    /// - Parameter rows: Which of them; nil: all.
    /// - Throws: ``TrainingError`` with code `badModel` if what was learnt does not load.
    func margins(of kind: ModelKind, rows: [Int]? = nil, threads: Int) throws(TrainingError) -> [Double] {
        let document = ModelDocument(name: "learnt", features: features, kind: kind)
        let model: LoadedModel
        do { model = try LoadedModel(document, digest: []) } catch { throw TrainingError(doesNotLoad: error) }
        let rows = rows ?? Array(0..<rowCount)
        let parts = WorkerTeam(threads: threads).blocks(of: rows.count) { block in
            rows[block].map { model.margin(vector($0)) }
        }
        return Array(parts.joined())
    }
}

extension TrainingError {
    /// What was learnt is no model that could be served.
    init(doesNotLoad error: ModelFileError) {
        self.init(.badModel, "the trained model does not load: \(error)")
    }
}
