internal import Glibc

/// Points to draw.
struct Curves: Sendable {
    /// A point.
    struct Point: Sendable, Equatable {
        var x: Double
        var y: Double
    }

    /// Exchanges of one campaign by day, and those that leak.
    struct CampaignDays: Sendable {
        struct Day: Sendable, Equatable {
            var day: Int
            var exchanges: Double
            var leaked: Double
        }

        var campaign: String
        var days: [Day]
    }

    /// Share of honest events against recall, all decision points together.
    var roc: [Point] = []
    /// Recall against precision.
    var precisionRecall: [Point] = []
    /// Share of honest accounts ever flagged in the test against share of exchanges leaked.
    var leak: [Point] = []
    /// By decision point.
    var calibration: [(point: String, bins: [CalibrationMeasures.Bin])] = []
    /// At the reserved threshold for the primary share.
    var days: [CampaignDays] = []

    /// Points that a curve has at most, about.
    private static let pointCount = 160

    /// The curve of false positives against recall, thinned out evenly on the logarithm of the former.
    static func roc(_ scores: RankedScores) -> [Point] {
        guard scores.hasBothClasses else { return [] }
        var points: [Point] = []
        var next = 0.0
        let count = Double(scores.negatives.count)
        scores.forEachStep { step in
            let point = Point(
                x: Double(step.negatives) / count, y: Double(step.positives) / Double(scores.positives.count))
            guard point.x >= next || step.negatives == scores.negatives.count else { return }
            points.append(point)
            next = max(point.x, 1 / count) * 1.06
        }
        return points
    }

    /// The curve of recall against precision, thinned out evenly on recall.
    static func precisionRecall(_ scores: RankedScores) -> [Point] {
        guard scores.hasBothClasses else { return [] }
        var points: [Point] = []
        var next = 0.0
        scores.forEachStep { step in
            let recall = Double(step.positives) / Double(scores.positives.count)
            guard recall >= next, points.last?.x != recall else { return }
            points.append(Point(x: recall, y: Double(step.positives) / Double(step.positives + step.negatives)))
            next = recall + 1 / Double(pointCount)
        }
        return points
    }

    /// The curve of honest accounts flagged against exchanges leaked.
    ///
    /// - Parameter peaks: Honest accounts' highest margins in the test, the highest first.
    static func leak(peaks: [Double], traces: [AccountTrace]) -> [Point] {
        let total = traces.reduce(0) { $0 + $1.exchanges }
        guard !peaks.isEmpty, total > 0 else { return [] }
        let count = Double(peaks.count)
        var points: [Point] = []
        var flagged = 0
        while flagged < peaks.count, Double(flagged) / count <= 0.3 {
            // Everyone with the same margin is flagged together.
            let threshold = peaks[flagged].nextUp
            let reached = RankedScores.count(descending: peaks, atLeast: threshold)
            let leaked = traces.reduce(0) { $0 + $1.leaked(threshold: threshold) }
            points.append(Point(x: Double(reached) / count, y: leaked / total))
            flagged = max(flagged + 1, Int(Double(flagged) * 1.12))
        }
        return points
    }

    /// A campaign's exchanges by day, and those that leak at a threshold.
    static func days(campaign: String, traces: [AccountTrace], threshold: Double) -> CampaignDays {
        var byDay: [Int: CampaignDays.Day] = [:]
        for trace in traces {
            // Records come in the order of the log, so what is taken before the flag leaks, whatever its day.
            var left = trace.leaked(threshold: threshold)
            for day in trace.days {
                var sum = byDay[day.day] ?? CampaignDays.Day(day: day.day, exchanges: 0, leaked: 0)
                sum.exchanges += day.exchanges
                sum.leaked += min(left, day.exchanges)
                left -= min(left, day.exchanges)
                byDay[day.day] = sum
            }
        }
        return CampaignDays(campaign: campaign, days: byDay.values.sorted { $0.day < $1.day })
    }
}
