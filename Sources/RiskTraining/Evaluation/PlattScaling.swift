internal import Glibc
internal import RiskCore
internal import RiskModels

/// Fits probability = 1 / (1 + exp(−(slope × margin + offset))) to held-out margins.
enum PlattScaling {
    /// The smallest slope: a model that ranks backwards on held-out rows is not turned round, only ignored.
    static let slopeMinimum = 1e-3
    /// Positives and negatives a decision point needs for a calibration of its own.
    static let ownRowMinimum = 50
    /// Positives and negatives the calibration for all others needs. With fewer, the fit's own probabilities are
    /// better.
    static let sharedRowMinimum = 10

    /// One calibration for each decision point with enough rows, and one for all others, fitted on all rows.
    static func calibrations(margins: [Double], labels: [Bool], eventTypes: [EventType]?) -> [Calibration] {
        var result: [Calibration] = []
        if hasBothClasses(labels, sharedRowMinimum) { result.append(fit(nil, margins, labels)) }
        for type in EventType.allCases {
            guard let rows = eventTypes.map({ types in types.indices.filter { types[$0] == type } }) else { break }
            let ownLabels = rows.map { labels[$0] }
            if hasBothClasses(ownLabels, ownRowMinimum) {
                result.append(fit(type, rows.map { margins[$0] }, ownLabels))
            }
        }
        return result
    }

    private static func hasBothClasses(_ labels: [Bool], _ minimum: Int) -> Bool {
        let positives = labels.count { $0 }
        return positives >= minimum && labels.count - positives >= minimum
    }

    /// Newton's method with halved steps on the log loss against Platt's smoothed targets, which keep the slope finite
    /// even if the margins separate the classes.
    static func fit(_ type: EventType?, _ margins: [Double], _ labels: [Bool]) -> Calibration {
        let positives = Double(labels.count { $0 })
        let negatives = Double(labels.count) - positives
        let targets = labels.map { $0 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2) }
        let baseOffset = log((positives + 1) / (negatives + 1))
        var line = minimise(Line(slope: 1, offset: 0), margins, targets, isSlopeFixed: false)
        if !(line.slope >= slopeMinimum) {
            line = minimise(Line(slope: slopeMinimum, offset: baseOffset), margins, targets, isSlopeFixed: true)
        }
        return Calibration(
            eventType: type, slope: line.slope, offset: line.offset, rowCount: UInt64(labels.count),
            positiveCount: UInt64(positives))
    }

    private struct Line {
        var slope: Double
        var offset: Double
    }

    private static func minimise(
        _ start: Line, _ margins: [Double], _ targets: [Double], isSlopeFixed: Bool
    ) -> Line {
        var line = start
        var value = loss(line, margins, targets)
        for _ in 0..<100 {
            let move = newtonMove(line, margins, targets, isSlopeFixed)
            var length = 1.0
            var next = line
            var nextValue = value
            repeat {
                next = Line(slope: line.slope - length * move.slope, offset: line.offset - length * move.offset)
                nextValue = loss(next, margins, targets)
                length /= 2
            } while !(nextValue < value) && length > 1e-10
            guard nextValue < value else { return line }
            (line, value) = (next, nextValue)
        }
        return line
    }

    private static func loss(_ line: Line, _ margins: [Double], _ targets: [Double]) -> Double {
        var sum = 0.0
        for (margin, target) in zip(margins, targets) {
            let x = line.slope * margin + line.offset
            sum += max(x, 0) - target * x + log1p(exp(-abs(x)))
        }
        return sum
    }

    private static func newtonMove(
        _ line: Line, _ margins: [Double], _ targets: [Double], _ isSlopeFixed: Bool
    ) -> Line {
        // A touch of ridge keeps the system solvable when all margins are equal.
        var (slopeSlope, slopeOffset, offsetOffset) = (1e-12, 0.0, 1e-12)
        var (slope, offset) = (0.0, 0.0)
        for (margin, target) in zip(margins, targets) {
            let probability = 1 / (1 + exp(-(line.slope * margin + line.offset)))
            let curvature = probability * (1 - probability)
            slopeSlope += curvature * margin * margin
            slopeOffset += curvature * margin
            offsetOffset += curvature
            slope += (probability - target) * margin
            offset += probability - target
        }
        if isSlopeFixed { return Line(slope: 0, offset: offset / offsetOffset) }
        let determinant = slopeSlope * offsetOffset - slopeOffset * slopeOffset
        guard determinant > 0 else { return Line(slope: 0, offset: offset / offsetOffset) }
        return Line(
            slope: (offsetOffset * slope - slopeOffset * offset) / determinant,
            offset: (slopeSlope * offset - slopeOffset * slope) / determinant)
    }
}
