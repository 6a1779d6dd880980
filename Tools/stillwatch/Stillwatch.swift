import ArgumentParser
import RiskCore

/// The tool executable: one verb each.
@main
struct Stillwatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stillwatch",
        abstract: "Trains, checks and deploys the models of Stillwatch, and talks to a running service.",
        discussion: """
            From past campaigns to a served model:

              stillwatch train --events events/ --labels labels.csv --out candidate.swm
              stillwatch verify candidate.swm
              stillwatch replay --events events/ --labels labels.csv --model candidate.swm --out decisions.csv
              stillwatch deploy promote candidate.swm --admin-socket data/admin.sock

            Exit codes: 0 done, 1 refused or failed with the reason on standard error, 64 wrong usage.
            """,
        version: StillwatchVersion.current,
        subcommands: [
            Train.self, Predict.self, Events.self, Replay.self, Inspect.self, Verify.self, Explain.self, Score.self,
            Deploy.self, Simulate.self, TimeRows.self,
        ])
}
