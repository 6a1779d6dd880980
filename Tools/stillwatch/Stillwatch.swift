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
              stillwatch evaluate --events events/ --labels labels.csv --train-until 2026-03-01 --test-from \
                2026-04-01 --out report/
              stillwatch replay --events events/ --labels labels.csv --model candidate.swm --out decisions.csv
              stillwatch deploy promote candidate.swm --admin-socket data/admin.sock

            Exit codes: 0 done, 1 refused or failed with the reason on standard error, 64 wrong usage.
            """,
        version: StillwatchVersion.current,
        subcommands: [
            Simulate.self, Train.self, Evaluate.self, Features.self, Predict.self, Events.self, Replay.self,
            Inspect.self, Verify.self, Explain.self, Campaigns.self, Score.self, Deploy.self, TimeRows.self,
            TimeLinks.self, TimeScore.self, TimeLogistic.self, Import.self, CheckRows.self,
        ])
}
