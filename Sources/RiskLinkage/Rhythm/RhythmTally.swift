internal import RiskCore

/// Counts whom a vector resembles.
struct RhythmTally: Sendable {
    private static let nearestCount = 8

    private let threshold: Float
    private let days: Int
    /// The largest products so far, largest first.
    private var nearest = InlineArray<8, Float>(repeating: 0)
    private var twins = 0
    private var labelled = 0
    /// Products below this change nothing.
    private(set) var cut: Float = 1

    /// Nobody yet.
    init(days: Int) {
        self.days = days
        threshold = Self.threshold(days: days)
    }

    /// The least similarity from which two accounts ever move alike.
    private static let leastSimilarity = 0.5

    /// The least product from which two accounts ever move alike.
    static var leastThreshold: Float { product(ofSimilarity: leastSimilarity) }

    /// From which product on two accounts move alike: 2.75 standard deviations of what chance gives over so many days.
    static func threshold(days: Int) -> Float {
        product(ofSimilarity: max(leastSimilarity, min(0.9, 2.75 / Double(days).squareRoot())))
    }

    private static func product(ofSimilarity similarity: Double) -> Float {
        Float((similarity * RhythmVector.length * RhythmVector.length).rounded())
    }

    /// Takes in one product.
    mutating func add(_ product: Float, isLabelled: Bool) {
        if product >= threshold {
            twins += 1
            labelled += isLabelled ? 1 : 0
        }
        guard product > nearest[Self.nearestCount - 1] else { return }
        var place = Self.nearestCount - 1
        while place > 0, nearest[place - 1] < product {
            nearest[place] = nearest[place - 1]
            place -= 1
        }
        nearest[place] = product
        cut = max(1, min(threshold, nearest[Self.nearestCount - 1] + 1))
    }

    private var meanOfNearest: Double {
        var sum = 0.0
        for place in nearest.indices { sum += Double(nearest[place]) }
        return sum / Double(Self.nearestCount) / (RhythmVector.length * RhythmVector.length)
    }

    /// What a vector's tally says beside that of its shuffled ones.
    static func facts(_ own: Self, byChance: Self, compared: Int) -> RhythmFacts {
        var facts = RhythmFacts()
        facts.compared = Double(compared)
        facts.twins = Double(own.twins)
        facts.twinsByChance = Double(byChance.twins)
        facts.labelledTwins = Double(own.labelled)
        facts.nearest = own.meanOfNearest
        facts.nearestByChance = byChance.meanOfNearest
        facts.days = Double(own.days)
        return facts
    }
}
