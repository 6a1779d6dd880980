internal import Glibc

/// One axis of a chart: what it is called, where values lie on it, and where its ticks are.
struct ChartAxis: Sendable {
    /// A labelled line across the chart.
    struct Tick: Sendable {
        var value: Double
        var label: String
    }

    var title: String
    var range: ClosedRange<Double>
    var isLogarithmic: Bool
    var ticks: [Tick]
    /// Lines without a label.
    var minorTicks: [Double] = []

    /// Where a value lies, 0 to 1; what is outside lies on the edge.
    func place(_ value: Double) -> Double {
        let inside = min(max(value, range.lowerBound), range.upperBound)
        guard isLogarithmic else { return (inside - range.lowerBound) / (range.upperBound - range.lowerBound) }
        return log10(inside / range.lowerBound) / log10(range.upperBound / range.lowerBound)
    }

    /// Shares from 0 to 100 %.
    static func share(_ title: String) -> ChartAxis {
        ChartAxis(
            title: title, range: 0...1, isLogarithmic: false,
            ticks: stride(from: 0, through: 100, by: 20).map { Tick(value: Double($0) / 100, label: "\($0) %") })
    }

    /// Shares by powers of ten.
    ///
    /// - Parameter floor: The power the axis begins with, such as -4 for 0.01 %.
    static func logarithmicShare(_ title: String, floor: Int, ceiling: Int = 0) -> ChartAxis {
        ChartAxis(
            title: title, range: pow(10, Double(floor))...pow(10, Double(ceiling)), isLogarithmic: true,
            ticks: (floor...ceiling).map {
                Tick(value: pow(10, Double($0)), label: Figures.share(pow(10, Double($0))))
            },
            minorTicks: (floor..<ceiling).flatMap { power in (2...9).map { Double($0) * pow(10, Double(power)) } })
    }

    /// Amounts from 0 to at least this, with round steps.
    static func amount(_ title: String, to maximum: Double) -> ChartAxis {
        let step = roundStep(maximum, count: 5)
        let top = max(step, (maximum / step).rounded(.up) * step)
        let ticks = stride(from: 0, through: top + step / 2, by: step).map { Tick(value: $0, label: short($0)) }
        return ChartAxis(title: title, range: 0...top, isLogarithmic: false, ticks: ticks)
    }

    /// Days since 1970.
    static func days(_ range: ClosedRange<Int>) -> ChartAxis {
        let length = max(1, range.upperBound - range.lowerBound)
        let step = max(1, (length + 4) / 5)
        let ticks = stride(from: range.lowerBound, through: range.upperBound, by: step).map {
            Tick(value: Double($0), label: Figures.date($0))
        }
        return ChartAxis(
            title: "day (UTC)", range: Double(range.lowerBound)...Double(range.lowerBound + length),
            isLogarithmic: false, ticks: ticks)
    }

    /// Shares from 0 to at least this.
    static func smallShare(_ title: String, to maximum: Double) -> ChartAxis {
        let step = roundStep(maximum * 100, count: 5)
        let top = max(step, (maximum * 100 / step).rounded(.up) * step)
        let ticks = stride(from: 0, through: top + step / 2, by: step).map {
            Tick(value: $0 / 100, label: Figures.share($0 / 100))
        }
        return ChartAxis(title: title, range: 0...top / 100, isLogarithmic: false, ticks: ticks)
    }

    /// 1, 2 or 5 times a power of ten, so that about `count` of them reach the maximum.
    private static func roundStep(_ maximum: Double, count: Double) -> Double {
        guard maximum > 0 else { return 1 }
        let power = pow(10, log10(maximum / count).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 * count >= maximum } ?? 10 * power
    }

    /// `250 k`, `1.5 M`.
    static func short(_ value: Double) -> String {
        func trimmed(_ value: Double) -> String {
            let text = Figures.fixed(value, 1)
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        switch value {
        case ..<1000: return trimmed(value)
        case ..<1_000_000: return trimmed(value / 1000) + " k"
        default: return trimmed(value / 1_000_000) + " M"
        }
    }
}
