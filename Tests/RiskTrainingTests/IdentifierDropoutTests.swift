import RiskCore
import TestSupport
import Testing

@testable import RiskTraining

/// What rows look like of accounts that shared less, and what the two copies of a row count for.
@Suite struct IdentifierDropoutTests {
    /// An event of an account of which nothing else is known yet.
    private func builder(
        _ name: String, _ type: EventType = .signup, atMs: Int64 = 1_770_000_000_000
    ) throws -> EventBuilder {
        var builder = EventBuilder()
        try builder.set(.eventType, wordIndex: type.rawValue)
        try builder.set(.eventTimeMs, whole: UInt64(atMs))
        try builder.set(.accountRef, reference: Reference(name))
        return builder
    }

    /// An account with a value in each of three classes.
    private func event(_ name: String, hour: Int) throws -> AccountEvent {
        var builder = try builder(name, atMs: 1_770_000_000_000 + Int64(hour) * 3_600_000)
        for field in Self.fields { try builder.set(field, reference: Reference("shared")) }
        return try builder.build()
    }

    private static let fields: [EventField] = [.deviceRef, .ipPrefixRef, .tlsClientRef]

    @Test func anAccountAlwaysLosesTheSameClasses() throws {
        let dropout = IdentifierDropout(seed: 4)
        var (kept, fresh, absent, rhythms) = (0, 0, 0, 0)
        var values: Set<Reference> = []
        var facts = LinkSnapshot()
        facts.rhythm = RhythmFacts()
        for index in 0..<400 {
            let own = try event("account-\(index)", hour: 0)
            let altered = dropout.altered(own)
            let later = dropout.altered(try event("account-\(index)", hour: 900))
            for field in Self.fields {
                #expect(altered.reference(field) == later.reference(field), "account-\(index), \(field)")
                switch altered.reference(field) {
                case nil: absent += 1
                case Reference("shared")?: kept += 1
                case let value?:
                    fresh += 1
                    #expect(values.insert(value).inserted, "account-\(index), \(field): a value of another")
                }
            }
            rhythms += dropout.altered(facts, of: own).rhythm == nil ? 0 : 1
        }
        // On average 70 % are lost, half of them to a value of the account's own.
        #expect(abs(kept - 360) < 90 && abs(fresh - 420) < 90 && abs(absent - 420) < 90)
        #expect(abs(rhythms - 120) < 45)
        let other = IdentifierDropout(seed: 5)
        let differs = try (0..<50).contains { index in
            let one = try event("account-\(index)", hour: 0)
            return other.altered(one) != dropout.altered(one)
        }
        #expect(differs)
    }

    /// A prompt's template and its prefixes go together, and a prompt of one's own has prefixes as any has.
    @Test func aPromptGoesAsAWhole() throws {
        var kinds: [Int] = [0, 0, 0]
        for index in 0..<200 {
            var builder = try builder("account-\(index)", .usage)
            try builder.set(.templateTop1Ref, reference: Reference("template"))
            for part in 0..<4 { try builder.add(.prefixMinhash, reference: Reference("p\(part)")) }
            let own = try builder.build()
            let altered = IdentifierDropout(seed: 2).altered(own)
            switch altered.identifier(.template) {
            case nil:
                #expect(altered.prefixMinhash.isEmpty)
                kinds[0] += 1
            case own.identifier(.template):
                #expect(altered.prefixMinhash == own.prefixMinhash)
                kinds[1] += 1
            default:
                #expect(
                    altered.prefixMinhash.count >= 2
                        && !altered.prefixMinhash.contains { own.prefixMinhash.contains($0) })
                kinds[2] += 1
            }
        }
        #expect(kinds.allSatisfy { $0 > 30 }, "\(kinds)")
    }

    /// Seats that lost their company's mail domain would be strangers in one office.
    @Test func aCompanysMailDomainStays() throws {
        for index in 0..<60 {
            var builder = try builder("account-\(index)")
            try builder.set(.emailDomainRef, reference: Reference("example.com"))
            try builder.set(.emailDomainClass, wordIndex: EmailDomainClass.corporate.rawValue)
            try builder.set(.emailDomainAgeDays, whole: 900)
            let altered = IdentifierDropout(seed: 1).altered(try builder.build())
            #expect(altered.reference(.emailDomainRef) == Reference("example.com"))
        }
    }

    /// Who lost its TLS fingerprint is compared with nobody; one of its own is like nobody's.
    @Test func whatIsOrdinaryStaysAsFarAsItCanBeCompared() throws {
        var population = PopulationFacts()
        (population.claimants, population.claimantsAlike) = (50, 40)
        population.metadataMissingRate = PopulationSpread(count: 30, mean: 0.1, deviation: 0)
        population.clientVersionLagDays = PopulationSpread(count: 99, mean: 4, deviation: 1)
        let dropout = IdentifierDropout(seed: 9)
        var seen: Set<[Double]> = []
        for index in 0..<100 {
            let event = try event("account-\(index)", hour: 1)
            let altered = dropout.altered(population, of: event)
            let counts = [altered.claimants, altered.claimantsAlike]
            switch dropout.altered(event).reference(.tlsClientRef) {
            case nil: #expect(counts == [0, 0] && altered.metadataMissingRate == nil)
            case Reference("shared")?: #expect(altered == population)
            default: #expect(counts == [50, 0] && altered.metadataMissingRate == nil)
            }
            #expect(altered.clientVersionLagDays == population.clientVersionLagDays)
            seen.insert(counts)
        }
        #expect(seen.count == 3)
    }

    @Test func whatAnAccountNeverHadItDoesNotGet() throws {
        for index in 0..<60 {
            let bare = try builder("account-\(index)").build()
            #expect(IdentifierDropout(seed: 1).altered(bare) == bare)
        }
    }

    /// A tenth of the accounts look as though they had been stolen: old and paid for, used as before.
    @Test func aStolenAccountHasAnothersPastAndItsOwnUse() throws {
        var stolen = StolenIdentity(seed: 3)
        func use(_ name: String, bornDaysAgo: Int, paid: Double, requests: UInt64) throws -> Observation {
            let timeMs: Int64 = 1_770_000_000_000
            var builder = try builder(name, .usage, atMs: timeMs)
            try builder.set(.paidUsd30d, number: paid)
            try builder.set(.requests24h, whole: requests)
            var links = LinkSnapshot()
            links.account.bornAtMs = timeMs - Int64(bornDaysAgo) * 86_400_000
            links[.device] = LinkFacts()
            links[.device]?.accounts = paid
            links[.template] = LinkFacts()
            links[.template]?.accounts = paid
            return Observation(event: try builder.build(), links: links)
        }
        stolen.remember(try use("new", bornDaysAgo: 3, paid: 7, requests: 1), account: 1)
        #expect(stolen.altered(try use("a", bornDaysAgo: 1, paid: 1, requests: 900)) == nil, "nobody to steal from")
        stolen.remember(try use("old", bornDaysAgo: 300, paid: 500, requests: 10), account: 2)
        var count = 0
        for index in 0..<400 {
            let own = try use("a\(index)", bornDaysAgo: 1, paid: 1, requests: 900)
            guard let row = stolen.altered(own) else { continue }
            count += 1
            let altered = row.observation
            #expect(row.lender == 2)
            #expect(altered.event.number(.paidUsd30d) == 500 && altered.event.number(.requests24h) == 900)
            #expect(altered.links[.device]?.accounts == 500 && altered.links[.template]?.accounts == 1)
            #expect(altered.event.timeMs - (altered.links.account.bornAtMs ?? 0) == 300 * 86_400_000)
        }
        #expect(abs(count - 40) < 25)
    }

    /// Some accounts look like any customer by themselves: what they share stays as it is.
    @Test func anAccountWithAnothersLooksKeepsItsNetwork() throws {
        var borrowed = BorrowedLooks(seed: 3)
        func use(_ name: String, atDay day: Int64, bornDaysAgo: Int64, requests: UInt64) throws -> Observation {
            let timeMs = 1_770_000_000_000 + day * 86_400_000
            var builder = try builder(name, .usage, atMs: timeMs)
            try builder.set(.requests24h, whole: requests)
            var links = LinkSnapshot()
            links.account.bornAtMs = timeMs - bornDaysAgo * 86_400_000
            links[.device] = LinkFacts()
            links[.device]?.accounts = Double(requests)
            links.cluster = ClusterFacts(id: ClusterID(requests))
            return Observation(event: try builder.build(), links: links)
        }
        #expect(borrowed.altered(try use("a", atDay: 9, bornDaysAgo: 1, requests: 900), commitSequence: 1) == nil)
        borrowed.remember(try use("customer", atDay: 2, bornDaysAgo: 300, requests: 10), account: 7)
        var count = 0
        for index in 0..<400 {
            let own = try use("a\(index)", atDay: 9, bornDaysAgo: 1, requests: 900)
            guard let row = borrowed.altered(own, commitSequence: UInt64(index)) else { continue }
            count += 1
            let altered = row.observation
            #expect(row.lender == 7)
            #expect(altered.event.number(.requests24h) == 10 && altered.event.account == own.event.account)
            #expect(altered.event.timeMs == own.event.timeMs)
            #expect(altered.event.timeMs - (altered.links.account.bornAtMs ?? 0) == 300 * 86_400_000)
            #expect(altered.links[.device] == own.links[.device] && altered.links.cluster == own.links.cluster)
        }
        #expect(abs(count - 120) < 40)
    }

    /// Some new honest accounts come with a campaign's crowd: what they are stays their own, nobody there is labelled,
    /// and what happened to the crowd happened as long before.
    @Test func anHonestAccountInACrowdKeepsItsLooksAndMeetsNoLabel() throws {
        let day: Int64 = 86_400_000
        func row(
            _ name: String, _ type: EventType = .usage, atDay: Int64, shared: Double, bornDaysAgo: Int64? = 3
        ) throws -> Observation {
            let timeMs = 1_770_000_000_000 + atDay * day
            var links = LinkSnapshot()
            links.account.bornAtMs = bornDaysAgo.map { timeMs - $0 * day }
            for identifierClass in IdentifierClass.linked where identifierClass != .phone || shared > 1 {
                var facts = LinkFacts()
                (facts.accounts, facts.arrivals30d, facts.labelledBad) = (shared, shared / 10, shared / 2)
                facts.established = facts.accounts - facts.arrivals30d - facts.labelledBad
                (facts.firstSeenMs, facts.lastBanMs) = (timeMs - 9 * day, timeMs - day)
                links[identifierClass] = facts
            }
            var cluster = ClusterFacts(id: ClusterID(UInt64(shared)))
            (cluster.bornMs, cluster.labelledBad, cluster.lastBanMs) = (timeMs - 9 * day, shared, timeMs - day)
            links.cluster = cluster
            return Observation(event: try builder(name, type, atMs: timeMs).build(), links: links)
        }
        var crowd = InnocentCrowd(share: 0.25, seed: 3)
        crowd.remember(try row("signs up", .signup, atDay: 0, shared: 90), account: 6)
        #expect(crowd.altered(try row("a", atDay: 50, shared: 1), commitSequence: 1) == nil, "no crowd of use yet")
        crowd.remember(try row("campaign", atDay: 0, shared: 70), account: 7)
        var (rows, inCluster, newPlaces) = (0, 0, 0)
        var shareCounts: Set<Int> = []
        for index in 0..<400 {
            let own = try row("a\(index)", atDay: 50, shared: 1)
            for daysAgo: Int64? in [40, nil] {
                let old = try row("a\(index)", atDay: 50, shared: 1, bornDaysAgo: daysAgo)
                #expect(crowd.altered(old, commitSequence: UInt64(index)) == nil, "nobody comes with a crowd so late")
            }
            guard let altered = crowd.altered(own, commitSequence: UInt64(index)) else { continue }
            rows += 1
            let links = altered.observation.links
            #expect(altered.lender == 7 && altered.observation.event == own.event)
            #expect(links.account == own.links.account && links[.phone] == nil)
            let ofCrowd = IdentifierClass.linked.filter { links[$0]?.accounts == 70 }
            shareCounts.insert(ofCrowd.count)
            for identifierClass in IdentifierClass.linked where identifierClass != .phone {
                let facts = try #require(links[identifierClass])
                let isOfCrowd = ofCrowd.contains(identifierClass)
                #expect(facts.labelledBad == (isOfCrowd ? 0 : 0.5) && (facts.lastBanMs == nil) == isOfCrowd)
                #expect(own.event.timeMs - facts.firstSeenMs == 9 * day)
                // Without labels those who were labelled are company of long standing, if anybody is.
                #expect(facts.established == 0 || facts.established == (isOfCrowd ? 63 : 0.4))
                if facts.established == 0 { newPlaces += 1 }
            }
            let isInCluster = links.cluster?.id == ClusterID(70)
            #expect(links.cluster?.labelledBad == (isInCluster ? 0 : 1))
            #expect((links.cluster?.lastBanMs == nil) == isInCluster)
            #expect(links.cluster?.bornMs == own.event.timeMs - 9 * day)
            if isInCluster { inCluster += 1 }
        }
        #expect(abs(rows - 100) < 40)
        #expect(abs(inCluster - rows / 2) < rows / 4 && newPlaces > rows)
        #expect(shareCounts.count > 8, "from nothing of the crowd to all of it")
        var nobody = InnocentCrowd(share: 0, seed: 3)
        nobody.remember(try row("campaign", atDay: 0, shared: 70), account: 7)
        #expect(nobody.altered(try row("a", atDay: 50, shared: 1), commitSequence: 1) == nil)
    }
}

/// How much rows count while fitting.
@Suite struct RowBalanceTests {
    /// Two campaigns, of 60 accounts and of 5, and 40 honest accounts; the n-th account has 1 + n % 7 rows.
    private var accounts: [Int] { (0..<105).flatMap { Array(repeating: $0, count: 1 + $0 % 7) } }

    private func weights(_ balance: RowBalance) -> [Double] {
        balance.weights(
            accounts.map { _ in 1 }, accounts: accounts, labels: accounts.map { $0 < 65 },
            campaignOfAccount: { $0 < 60 ? 1 : 2 })
    }

    private func sum(_ weights: [Double], _ belongs: (Int) -> Bool) -> Double {
        zip(weights, accounts).reduce(0) { belongs($1.1) ? $0 + $1.0 : $0 }
    }

    @Test func classesKeepTheirWeight() {
        for balance in [RowBalance(account: 0.5, campaign: 0.5), RowBalance(account: 1, campaign: 1)] {
            let weights = weights(balance)
            for isAbusive in [true, false] {
                let count = Double(accounts.count { ($0 < 65) == isAbusive })
                #expect(abs(sum(weights) { ($0 < 65) == isAbusive } - count) < 1e-9 * count)
            }
        }
        #expect(weights(RowBalance()).allSatisfy { $0 == 1 })
    }

    @Test func accountsAndCampaignsCountAlikeWhereAskedFor() {
        let byAccount = weights(RowBalance(account: 1))
        let honest = (65..<105).map { account in sum(byAccount) { $0 == account } }
        #expect(honest.allSatisfy { abs($0 - honest[0]) < 1e-9 })
        let byCampaign = weights(RowBalance(account: 0, campaign: 1))
        let (large, small) = (sum(byCampaign) { $0 < 60 }, sum(byCampaign) { (60..<65).contains($0) })
        #expect(abs(large - small) < 1e-9 * large)
        let root = weights(RowBalance(account: 0, campaign: 0.5))
        let ratio = sum(root) { $0 < 60 } / sum(root) { (60..<65).contains($0) }
        let plain = Double(accounts.count { $0 < 60 }) / Double(accounts.count { (60..<65).contains($0) })
        #expect(abs(ratio - plain.squareRoot()) < 1e-9 * ratio)
    }

    @Test func aHandfulOfRowsDoesNotDecide() {
        // One row against ten thousand: alike would be 5,000 each.
        let rows = 10_001
        let weights = RowBalance(account: 0, campaign: 1).weights(
            Array(repeating: 1, count: rows), accounts: Array(0..<rows), labels: Array(repeating: true, count: rows),
            campaignOfAccount: { $0 == 0 ? 1 : 2 })
        #expect(weights[0] < 2 * RowBalance.cap * weights[1] * 1.01 && weights[0] > 5 * weights[1])
    }
}
