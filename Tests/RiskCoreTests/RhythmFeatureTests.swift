import RiskCore
import Testing

@Suite struct RhythmFeatureTests {
    private func value(_ name: String, _ change: (inout RhythmFacts) -> Void) throws -> Double {
        var (facts, links) = (RhythmFacts(), LinkSnapshot())
        (facts.compared, facts.days) = (1000, 28)
        change(&facts)
        links.rhythm = facts
        return try Fixture.value("rhythm.\(name)", Fixture.event("usage"), links)
    }

    @Test func onlyWhatExceedsChanceCounts() throws {
        #expect(try value("twins_over_chance") { ($0.twins, $0.twinsByChance) = (10, 0) } == 5)
        #expect(try value("twins_over_chance") { ($0.twins, $0.twinsByChance) = (17, 5) } == 4)
        #expect(try value("twins_over_chance") { ($0.twins, $0.twinsByChance) = (3, 5) } == 0)
        #expect(try value("nearest_over_chance") { ($0.nearest, $0.nearestByChance) = (0.75, 0.5) } == 0.25)
        #expect(try value("nearest_over_chance") { ($0.nearest, $0.nearestByChance) = (0.25, -0.5) } == 0.25)
        #expect(try value("nearest_over_chance") { ($0.nearest, $0.nearestByChance) = (0.25, 0.5) } == 0)
        #expect(try value("labelled_twins") { ($0.twins, $0.twinsByChance, $0.labelledTwins) = (8, 2, 4) } == 3)
        #expect(try value("labelled_twins") { ($0.twins, $0.twinsByChance, $0.labelledTwins) = (1, 2, 1) } == 0)
        #expect(try value("labelled_twins") { _ in } == 0)
    }

    @Test func nothingIsKnownWithoutAComparison() throws {
        for name in ["twins_over_chance", "nearest_over_chance", "labelled_twins"] {
            #expect(try Fixture.value("rhythm.\(name)", Fixture.event("usage")).isNaN)
            #expect(try value(name) { $0.compared = 49 }.isNaN, "too few to compare with")
        }
    }
}
