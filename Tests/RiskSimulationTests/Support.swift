import RiskCore
import RiskSimulation

/// A small world's events, and what is true of its accounts.
struct SmallWorld {
    var events: [AccountEvent] = []
    var truth: [Reference: TruthRow] = [:]
    var labels: [SimulatedLabel] = []

    init(_ parameters: WorldParameters) throws {
        var world = SimulatedWorld(parameters)
        while let item = try world.next() {
            events.append(item.event)
            if let row = item.firstOf { truth[row.account] = row }
        }
        labels = world.labels
    }

    static func parameters(seed: UInt64, scale: Double = 0.001, until: String = "2026-01-15") -> WorldParameters {
        var parameters = WorldParameters()
        (parameters.scale, parameters.seed) = (scale, seed)
        parameters.untilDay = WorldCalendar.day(ofDate: until) ?? 1
        return parameters
    }
}
