import Foundation
import RiskTraining

/// The log of a search for settings: a file of JSON Lines, and one line for people at the end.
final class TuneLog {
    private let file: FileHandle?
    private let path: String
    private var trials: [TuningTrial] = []
    private var failure: (any Error)?

    /// - Parameter path: The file to write; nil: none.
    /// - Throws: ``ToolError`` if it cannot be written.
    init(path: String?) throws {
        self.path = path ?? ""
        guard let path else {
            file = nil
            return
        }
        try Files.write([], to: path)
        file = FileHandle(forWritingAtPath: path)
        guard file != nil else { throw ToolError("\(path): cannot write") }
    }

    /// Adds a trial.
    func add(_ trial: TuningTrial) {
        trials.append(trial)
        guard let file, failure == nil else { return }
        do { try file.write(contentsOf: Data((try JSONOutput.line(Self.object(trial)) + "\n").utf8)) } catch {
            failure = error
        }
    }

    /// Says what came of it, and fails if a line could not be written.
    func finish(_ options: [String]) throws {
        if let failure { throw ToolError("\(path): \(failure.localizedDescription)") }
        guard !trials.isEmpty else {
            standardError("warning: nothing was searched, since the held-out rows lack a class")
            return
        }
        for option in options where option.hasPrefix("tune_") { standardError(option) }
        if options.contains("tune_cut_short_by_time=true") {
            standardError("warning: the time limit cut the search short; another machine may come to other settings")
        }
    }

    private static func object(_ trial: TuningTrial) -> [String: Any] {
        var object: [String: Any] = [
            "configuration": trial.configuration, "rung": trial.rung, "rungs": trial.rungCount,
            "settings": Dictionary(trial.settings.map { ($0.name, $0.value) }) { $1 }, "rows": trial.rowCount,
            "metric": trial.metric.rawValue, "score": trial.score, "seconds": trial.seconds,
            "carried_over": trial.isCarriedOver,
        ]
        object["tree_limit"] = trial.treeLimit
        object["trees"] = trial.treeCount
        return object
    }
}
