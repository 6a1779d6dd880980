import RiskCore
import Testing

@testable import RiskLinkage

/// What one identifier says for belonging to a cluster.
@Suite struct ClusterJoiningTests {
    /// What an identifier of one member, and of so many outside, says to a newcomer of a ring that grows, in nats.
    private static func tie(
        _ identifierClass: IdentifierClass, ring: Int, of accounts: Int, outsiders: Int = 0
    ) -> Double {
        let shared = ClusterJoining.Shared(
            identifierClass: identifierClass, home: 1, members: 1, accounts: 1 + outsiders, loners: (0, 0))
        let joining = ClusterJoining([shared], accountCount: accounts)
        return ClusterRecord.largestPrior + ClusterJoining.sum(joining.ties(to: 1, others: ring))
    }

    /// A ring of any size, in a young service and in a large one.
    @Test(arguments: [1_000, 50_000, 425_000, 5_000_000])
    func whatIsOnePersonsJoinsWhateverTheShareOfTheRing(accounts: Int) {
        for part in [4, 17, 100, 1000] {
            for identifierClass in [IdentifierClass.device, .instrument, .email, .phone] {
                let tie = Self.tie(identifierClass, ring: accounts / part, of: accounts)
                #expect(tie >= ClusterFacts.tieThreshold, "\(identifierClass), 1/\(part) of \(accounts): \(tie)")
            }
        }
    }

    /// What others have as well, or what is nobody's own, says less of a larger ring.
    @Test func whatStrangersHaveAsWellDoesNot() {
        let accounts = 425_000
        for (identifierClass, outsiders) in [
            (IdentifierClass.device, 1), (.instrument, 3), (.billingAddr, 0), (.emailDomain, 0), (.ipPrefix, 0),
        ] {
            let tie = Self.tie(identifierClass, ring: accounts / 17, of: accounts, outsiders: outsiders)
            #expect(tie < ClusterFacts.tieThreshold, "\(identifierClass), \(outsiders) others: \(tie)")
        }
    }

    /// Beyond sixty-four accounts they are sketched, and one that comes again still counts once.
    @Test func whoBelongsToTwoClustersCountsOnce() {
        var bridge = Bridge()
        for round in 1...3 {
            for number in 0..<300 {
                let hash = StableHash.hash(Reference("a\(number)"))
                let count = bridge.add(hash)
                let expected = round == 1 ? number + 1 : 300
                #expect(abs(count - expected) <= (expected <= 63 ? 0 : expected / 8), "\(round), \(number): \(count)")
                if round > 1 || number < 63 { #expect(bridge.add(hash) == count) }
            }
        }
    }
}
