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
    static func calibrations(
        margins: [Double], labels: [Bool], weights: [Double]? = nil, eventTypes: [EventType]?
    ) -> [Calibration] {
        let weights = weights ?? Array(repeating: 1, count: labels.count)
        var result: [Calibration] = []
        if hasBothClasses(labels, sharedRowMinimum) { result.append(fitIfNeeded(nil, margins, labels, weights)) }
        for type in EventType.allCases {
            guard let rows = eventTypes.map({ types in types.indices.filter { types[$0] == type } }) else { break }
            let ownLabels = rows.map { labels[$0] }
            if hasBothClasses(ownLabels, ownRowMinimum) {
                result.append(fitIfNeeded(type, rows.map { margins[$0] }, ownLabels, rows.map { weights[$0] }))
            }
        }
        return result
    }

    private static func hasBothClasses(_ labels: [Bool], _ minimum: Int) -> Bool {
        let positives = labels.count { $0 }
        return positives >= minimum && labels.count - positives >= minimum
    }

    /// How much the summed log loss has to fall for a fit to be kept: two numbers fitted to margins that need none
    /// lower it by more in 5 % of cases (half of χ² with two degrees of freedom, the likelihood-ratio test).
    static let gainMinimum = 3.0

    /// The fit if the rows call for one, else the model's own probabilities.
    static func fitIfNeeded(
        _ type: EventType?, _ margins: [Double], _ labels: [Bool], _ weights: [Double]
    ) -> Calibration {
        let fitted = fit(type, margins, labels, weights: weights)
        let rows = Rows(margins: margins, targets: labels.map { $0 ? 1 : 0 }, weights: weights)
        let before = loss(Line(slope: 1, offset: 0), rows)
        let after = loss(Line(slope: fitted.slope, offset: fitted.offset), rows)
        guard before - after < gainMinimum else { return fitted }
        return Calibration(
            eventType: type, slope: 1, offset: 0, rowCount: fitted.rowCount, positiveCount: fitted.positiveCount)
    }

    /// Newton's method with halved steps on the log loss against Platt's smoothed targets, which keep the slope finite
    /// even if the margins separate the classes.
    static func fit(
        _ type: EventType?, _ margins: [Double], _ labels: [Bool], weights: [Double]? = nil
    ) -> Calibration {
        let weights = weights ?? Array(repeating: 1, count: labels.count)
        let positives = zip(labels, weights).reduce(0.0) { $1.0 ? $0 + $1.1 : $0 }
        let negatives = weights.reduce(0, +) - positives
        let targets = labels.map { $0 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2) }
        let rows = Rows(margins: margins, targets: targets, weights: weights)
        let baseOffset = log((positives + 1) / (negatives + 1))
        var line = minimise(Line(slope: 1, offset: 0), rows, isSlopeFixed: false)
        if !(line.slope >= slopeMinimum) {
            line = minimise(Line(slope: slopeMinimum, offset: baseOffset), rows, isSlopeFixed: true)
        }
        return Calibration(
            eventType: type, slope: line.slope, offset: line.offset, rowCount: UInt64(labels.count),
            positiveCount: UInt64(labels.count { $0 }))
    }

    private struct Rows {
        var margins: [Double]
        var targets: [Double]
        /// What each row stands for: rows that were thinned out count more.
        var weights: [Double]
    }

    private struct Line {
        var slope: Double
        var offset: Double
    }

    private static func minimise(_ start: Line, _ rows: Rows, isSlopeFixed: Bool) -> Line {
        var line = start
        var value = loss(line, rows)
        for _ in 0..<100 {
            let move = newtonMove(line, rows, isSlopeFixed)
            var length = 1.0
            var next = line
            var nextValue = value
            repeat {
                next = Line(slope: line.slope - length * move.slope, offset: line.offset - length * move.offset)
                nextValue = loss(next, rows)
                length /= 2
            } while !(nextValue < value) && length > 1e-10
            guard nextValue < value else { return line }
            (line, value) = (next, nextValue)
        }
        return line
    }

    private static func loss(_ line: Line, _ rows: Rows) -> Double {
        var sum = 0.0
        for row in rows.margins.indices {
            let x = line.slope * rows.margins[row] + line.offset
            sum += rows.weights[row] * (max(x, 0) - rows.targets[row] * x + log1p(exp(-abs(x))))
        }
        return sum
    }

    private static func newtonMove(_ line: Line, _ rows: Rows, _ isSlopeFixed: Bool) -> Line {
        // A touch of ridge keeps the system solvable when all margins are equal.
        var (slopeSlope, slopeOffset, offsetOffset) = (1e-12, 0.0, 1e-12)
        var (slope, offset) = (0.0, 0.0)
        for (row, margin) in rows.margins.enumerated() {
            let probability = 1 / (1 + exp(-(line.slope * margin + line.offset)))
            let curvature = rows.weights[row] * probability * (1 - probability)
            let slack = rows.weights[row] * (probability - rows.targets[row])
            slopeSlope += curvature * margin * margin
            slopeOffset += curvature * margin
            offsetOffset += curvature
            slope += slack * margin
            offset += slack
        }
        if isSlopeFixed { return Line(slope: 0, offset: offset / offsetOffset) }
        let determinant = slopeSlope * offsetOffset - slopeOffset * slopeOffset
        guard determinant > 0 else { return Line(slope: 0, offset: offset / offsetOffset) }
        return Line(
            slope: (offsetOffset * slope - slopeOffset * offset) / determinant,
            offset: (slopeSlope * offset - slopeOffset * slope) / determinant)
    }
}
