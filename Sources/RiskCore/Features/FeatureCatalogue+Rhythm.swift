extension FeatureCatalogue {
    /// The rhythm family: accounts of other organisations that move as this one does, beyond what comes about by
    /// chance. Missing until ten days of an account are known and enough others to compare it with.
    static let jointRhythm: [Feature] = [
        Feature(
            "rhythm.twins_over_chance", .raises, .clusterSync, skewed: true, isCluster: true,
            "accounts of other organisations that move alike less those by chance, ÷ √(4 + those by chance)"
        ) { observation in
            observation.comparedRhythm.map(excessTwins) ?? .nan
        },
        Feature(
            "rhythm.nearest_over_chance", .raises, .clusterSync, isCluster: true,
            "mean similarity of the eight accounts that move most alike less that by chance, 0 to 1"
        ) { observation in
            observation.comparedRhythm.map { max(0, $0.nearest - max(0, $0.nearestByChance)) } ?? .nan
        },
        Feature(
            "rhythm.labelled_twins", .raises, .linkBannedRecent, skewed: true, isCluster: true,
            "accounts labelled abusive among those that move alike, less the share that does so by chance"
        ) { observation in
            observation.comparedRhythm.map { rhythm in
                guard rhythm.twins > 0 else { return 0 }
                return rhythm.labelledTwins * max(0, 1 - rhythm.twinsByChance / rhythm.twins)
            } ?? .nan
        },
    ]

    private static func excessTwins(_ rhythm: RhythmFacts) -> Double {
        max(0, rhythm.twins - rhythm.twinsByChance) / (4 + rhythm.twinsByChance).squareRoot()
    }
}

extension Observation {
    /// With fewer to compare with, nobody's rhythm says anything.
    private static let leastCompared = 50.0

    fileprivate var comparedRhythm: RhythmFacts? {
        links.rhythm.flatMap { $0.compared >= Self.leastCompared ? $0 : nil }
    }
}
