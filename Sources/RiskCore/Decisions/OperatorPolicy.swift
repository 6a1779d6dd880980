/// Thresholds that an operator sets; they stand in for those of the model file as a whole.
///
/// A rule without a decision point holds at each one that has no rule of its own for the same decision. A threshold on
/// the probability is turned into a margin by the calibration of the model in use, so it keeps its meaning when the
/// model is trained anew; one on the margin does not, which is why a policy can name the only model it is meant for.
public struct OperatorPolicy: Sendable, Equatable {
    /// What a score has to reach.
    public enum Threshold: Sendable, Equatable {
        /// Log-odds.
        case margin(Double)
        /// Calibrated, above 0 and below 1.
        case probability(Double)

        /// The name in the file.
        public var word: String {
            switch self {
            case .margin: "margin"
            case .probability: "probability"
            }
        }

        fileprivate var value: Double {
            switch self {
            case .margin(let value), .probability(let value): value
            }
        }
    }

    /// One threshold.
    public struct Rule: Sendable, Equatable {
        /// The decision point; nil for all that have no rule of their own for this decision.
        public var eventType: EventType?
        /// What holds from the threshold on.
        public var decision: Decision
        /// What the score has to reach.
        public var threshold: Threshold

        /// A rule.
        public init(eventType: EventType? = nil, decision: Decision, threshold: Threshold) {
            self.eventType = eventType
            self.decision = decision
            self.threshold = threshold
        }
    }

    /// Grows whenever the rules change; stands in the rule's name of each answer. From 1.
    public let version: Int
    /// SHA-256 of the only model file it may be used with; nil: any.
    public let modelDigest: [UInt8]?
    /// The rules as they were given.
    public let rules: [Rule]

    /// The versions that are accepted.
    public static let versions = 1...1_000_000_000

    /// Checks what can be checked without a model.
    ///
    /// - Throws: ``FieldError`` whose path is that of the file, such as `rules[1].decision`.
    public init(version: Int, modelDigest: [UInt8]? = nil, rules: [Rule]) throws(FieldError) {
        guard Self.versions.contains(version) else {
            throw FieldError(
                .outOfRange, path: "version",
                expected: "a whole number from \(Self.versions.lowerBound) to \(Self.versions.upperBound)",
                found: "\(version)")
        }
        if let count = modelDigest?.count, count != 32 {
            throw FieldError(.wrongLength, path: "model", expected: "a SHA-256 of 32 bytes", found: "\(count)")
        }
        guard !rules.isEmpty else {
            throw FieldError(.missing, path: "rules", expected: "at least one rule", found: "none")
        }
        for (index, rule) in rules.enumerated() { try Self.check(rule, "rules[\(index)]", rules[..<index]) }
        self.version = version
        self.modelDigest = modelDigest
        self.rules = rules
    }

    private static func check(_ rule: Rule, _ path: String, _ earlier: ArraySlice<Rule>) throws(FieldError) {
        guard rule.decision != .allow else {
            throw FieldError(
                .unknownWord, path: "\(path).decision",
                expected: Decision.allCases.dropFirst().map(\.word).joined(separator: ", "),
                found: "allow, which is what holds below all thresholds")
        }
        switch rule.threshold {
        case .margin(let margin) where !margin.isFinite:
            throw FieldError(.outOfRange, path: "\(path).margin", expected: "a finite number", found: "\(margin)")
        case .probability(let share) where !(share > 0 && share < 1):
            throw FieldError(
                .outOfRange, path: "\(path).probability", expected: "a number above 0 and below 1", found: "\(share)")
        default: break
        }
        if let other = earlier.firstIndex(where: { $0.eventType == rule.eventType && $0.decision == rule.decision }) {
            throw FieldError(
                .conflict, path: path, expected: "one rule for \(rule.decision.word) at \(name(rule.eventType))",
                found: "another in rules[\(other)]")
        }
    }

    /// The rules that hold at a decision point, the strongest first, each with its threshold as a margin.
    ///
    /// - Parameter margin: The margin of a probability there, strictly growing.
    /// - Throws: ``FieldError`` if a milder decision has a higher threshold than a stronger one.
    func ladder(
        at eventType: EventType, margin: (Double) -> Double
    ) throws(FieldError) -> [(rule: Rule, margin: Double)] {
        var steps: [(index: Int, margin: Double)] = []
        for decision in Decision.allCases.reversed() {
            func index(_ scope: EventType?) -> Int? {
                rules.firstIndex { $0.decision == decision && $0.eventType == scope }
            }
            guard let index = index(eventType) ?? index(nil) else { continue }
            let threshold = rules[index].threshold
            if case .probability(let share) = threshold {
                steps.append((index, margin(share)))
            } else {
                steps.append((index, threshold.value))
            }
        }
        for (stronger, milder) in zip(steps, steps.dropFirst()) where milder.margin > stronger.margin {
            throw FieldError(
                .conflict, path: "rules[\(milder.index)].\(rules[milder.index].threshold.word)",
                expected: "at most what \(rules[stronger.index].decision.word) needs at \(eventType.word), "
                    + words(stronger.index, stronger.margin),
                found: words(milder.index, milder.margin) + " for \(rules[milder.index].decision.word)")
        }
        return steps.map { (rules[$0.index], $0.margin) }
    }

    private func words(_ index: Int, _ margin: Double) -> String {
        let threshold = rules[index].threshold
        guard case .probability = threshold else { return "the margin \(margin)" }
        return "the probability \(threshold.value) (margin \(margin))"
    }

    /// The scope of a rule in its name.
    static func name(_ eventType: EventType?) -> String { eventType?.word ?? "any" }
}
