/// A 95 % interval of a share.
struct Interval: Equatable, Sendable {
    var lower: Double
    var upper: Double

    /// The normal quantile of 97.5 %.
    private static let quantile = 1.959963984540054

    /// Wilson's interval (1927) of a share seen `hits` times of `count`; 0 to 1 without any.
    static func wilson(hits: Double, of count: Double) -> Interval {
        guard count > 0 else { return Interval(lower: 0, upper: 1) }
        let share = hits / count
        let spread = quantile * quantile / count
        let centre = (share + spread / 2) / (1 + spread)
        let half =
            quantile / (1 + spread) * (share * (1 - share) / count + spread / (4 * count)).squareRoot()
        // Exactly 0 and 1 where they are meant, not nearly.
        return Interval(
            lower: hits <= 0 ? 0 : max(0, centre - half), upper: hits >= count ? 1 : min(1, centre + half))
    }

    /// The same for events that come in clusters, such as an account's: Wilson's on the number of independent events
    /// that would vary as much (the ratio estimator's design effect; Kish, 1965).
    ///
    /// - Parameter clusters: For each cluster, its events and those among them that were hit.
    static func clustered(_ clusters: some Collection<(count: Int, hits: Int)>) -> Interval {
        let count = Double(clusters.reduce(0) { $0 + $1.count })
        let hits = Double(clusters.reduce(0) { $0 + $1.hits })
        guard count > 0 else { return Interval(lower: 0, upper: 1) }
        let share = hits / count
        let clusterCount = Double(clusters.count)
        var squares = 0.0
        for cluster in clusters {
            let rest = Double(cluster.hits) - share * Double(cluster.count)
            squares += rest * rest
        }
        let variance = squares / (count * count)
        let independent = share * (1 - share)
        // Where nothing or all was hit, the spread says nothing: then each cluster counts as one event.
        let effective = variance > 0 ? min(count, max(1, independent / variance)) : clusterCount
        return wilson(hits: share * effective, of: effective)
    }

    /// The 2.5 % and 97.5 % points of Σ part ÷ Σ whole when its members are drawn anew, with repetition.
    ///
    /// - Parameters:
    ///   - draws: How often; 0 members give 0 to 1.
    ///   - seed: Decides the draws.
    static func bootstrap(
        _ members: [(part: Double, whole: Double)], draws: Int = 400, seed: UInt64 = 1
    ) -> Interval {
        guard !members.isEmpty else { return Interval(lower: 0, upper: 1) }
        var generator = SplitMix64(seed: seed)
        let count = UInt64(members.count)
        var ratios: [Double] = []
        for _ in 0..<draws {
            var (part, whole) = (0.0, 0.0)
            for _ in 0..<members.count {
                let member = members[Int(generator.next().multipliedFullWidth(by: count).high)]
                part += member.part
                whole += member.whole
            }
            ratios.append(whole > 0 ? part / whole : 0)
        }
        ratios.sort()
        return Interval(lower: ratios[draws / 40], upper: ratios[draws - 1 - draws / 40])
    }
}
