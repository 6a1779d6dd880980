import ArgumentParser
import Foundation
import RiskTraining

/// The search for settings, as flags.
struct TuneArguments: ParsableArguments {
    @Option(
        name: .customLong("tune"),
        help: ArgumentHelp(
            """
            Search for better settings than the defaults: try so many on the held-out rows, the best third of them \
            with three times the work, and so on (27: as much work as 9 trainings at most). Flags that are given stay.
            """, valueName: "settings"))
    var configurationCount: Int?

    @Option(
        help: ArgumentHelp(
            "Begin no trial after this time. Where that cuts the search short, the model depends on the machine.",
            valueName: "seconds"))
    var tuneSeconds: Double?

    @Option(help: ArgumentHelp("Write each trial here, one JSON object a line.", valueName: "file"))
    var tuneLog: String?

    func validate() throws {
        if configurationCount == nil, tuneSeconds != nil || tuneLog != nil {
            throw ValidationError("--tune-seconds and --tune-log need --tune")
        }
        if let configurationCount, configurationCount < 2 {
            throw ValidationError("--tune: expected at least 2 settings, found \(configurationCount)")
        }
        if let tuneSeconds, !(tuneSeconds > 0) {
            throw ValidationError("--tune-seconds: expected a number above 0, found \(tuneSeconds)")
        }
    }

    /// The same for the library; nil if nothing is searched.
    func options(_ learning: LearningArguments) -> TuningOptions? {
        configurationCount.map {
            TuningOptions(configurationCount: $0, fixed: learning.givenParameters, secondLimit: tuneSeconds)
        }
    }
}
