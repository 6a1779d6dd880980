internal import Glibc

/// One setting that is searched.
struct TuningParameter: Sendable {
    /// As in a model's statement of options, and as the tool's flag with underscores.
    let name: String
    /// Sets a drawn value.
    let draw: @Sendable (inout TrainingOptions, inout SplitMix64) -> Void
    /// The value as text.
    let text: @Sendable (TrainingOptions) -> String

    typealias Path<Value> = WritableKeyPath<TrainingOptions, Value> & Sendable

    /// A number, all of a range alike.
    static func linear(_ name: String, _ range: ClosedRange<Double>, _ path: any Path<Double>) -> Self {
        Self(name: name) { options, generator in
            options[keyPath: path] = rounded(Double.random(in: range, using: &generator))
        } text: {
            "\($0[keyPath: path])"
        }
    }

    /// A number, all orders of magnitude of a range alike.
    ///
    /// - Parameter zeroShare: How often it is 0 instead.
    static func logarithmic(
        _ name: String, _ range: ClosedRange<Double>, zeroShare: Double = 0, _ path: any Path<Double>
    ) -> Self {
        Self(name: name) { options, generator in
            let place = Double.random(in: 0..<1, using: &generator)
            let isZero = Double.random(in: 0..<1, using: &generator) < zeroShare
            let value = range.lowerBound * pow(range.upperBound / range.lowerBound, place)
            options[keyPath: path] = isZero ? 0 : rounded(value)
        } text: {
            "\($0[keyPath: path])"
        }
    }

    /// A whole number of a range.
    static func whole(_ name: String, _ range: ClosedRange<Int>, _ path: any Path<Int>) -> Self {
        Self(name: name) { options, generator in
            options[keyPath: path] = Int.random(in: range, using: &generator)
        } text: {
            "\($0[keyPath: path])"
        }
    }

    /// One of some words.
    static func choice<Word: RawRepresentable<String> & Sendable>(
        _ name: String, _ words: [Word], _ path: any Path<Word>
    ) -> Self {
        Self(name: name) { options, generator in
            options[keyPath: path] = words[Int.random(in: words.indices, using: &generator)]
        } text: {
            $0[keyPath: path].rawValue
        }
    }

    /// Three significant digits: legible, the same whatever the last bits of the C library's power.
    private static func rounded(_ value: Double) -> Double {
        guard value > 0 else { return value }
        let unit = pow(10, 2 - floor(log10(value)))
        return (value * unit).rounded() / unit
    }
}
