import RiskCore
import TestSupport
import Testing

@testable import RiskLinkage

/// Seats that come before anybody names their tenant, and what becomes of them when somebody does.
@Suite struct TenancyTests {
    /// Accounts on one machine.
    private struct Company {
        var state = LinkState()
        var timeMs: Int64 = 1_700_000_000_000

        /// An event on the machine; on a domain that is old and somebody's own, if one is given.
        mutating func see(_ account: String, domain: String? = nil, org: String? = nil) throws -> LinkFacts {
            timeMs += 60_000
            var identifiers: [(EventField, String)] = [(.deviceRef, "kiosk")]
            if let domain { identifiers.append((.emailDomainRef, "own-\(domain)")) }
            let event = try LinkStateTests.event(account, atMs: timeMs, org: org, identifiers)
            return try #require(state.apply(event)[.device])
        }

        /// What somebody of no organisation sees there, without coming there.
        func stranger() throws -> LinkFacts {
            let event = try LinkStateTests.event("stranger", atMs: timeMs + 1, [(.deviceRef, "kiosk")])
            return try #require(state.facts(for: event)[.device])
        }
    }

    @Test func aCompanyStaysOneWhileItsSeatsNameItsTenant() throws {
        var company = Company()
        for seat in 0..<20 { _ = try company.see("seat\(seat)", domain: "company") }
        for seat in 0..<20 {
            let facts = try company.see("seat\(seat)", org: "company")
            #expect(facts.organisations == 0 && facts.related == 19, "seat \(seat)")
            #expect(try company.stranger().organisations == 1, "seat \(seat)")
        }
        // New ones count there too, with the tenant's name or without.
        let named = try company.see("seat20", org: "company")
        let unnamed = try company.see("seat21", domain: "company")
        #expect(named.related == 20 && unnamed.related == 21 && unnamed.organisations == 0)
    }

    @Test func theTenantMayBeNamedFirst() throws {
        var company = Company()
        for seat in 0..<5 { _ = try company.see("seat\(seat)", domain: "company", org: "company") }
        for seat in 5..<9 { #expect(try company.see("seat\(seat)", domain: "company").related == Double(seat)) }
        #expect(try company.stranger().organisations == 1)
    }

    @Test func seatsMoveToATenantThatIsKnownAlready() throws {
        var company = Company()
        for seat in 0..<4 { _ = try company.see("known\(seat)", org: "company") }
        for seat in 0..<6 { _ = try company.see("seat\(seat)", domain: "company") }
        #expect(try company.stranger().organisations == 2)
        for seat in 0..<6 {
            let facts = try company.see("seat\(seat)", org: "company")
            #expect(facts.related == Double(4 + seat), "those who have named it")
            #expect(facts.organisations == (seat == 5 ? 0 : 1), "seat \(seat): the domain while others are on it")
            #expect(try company.stranger().organisations == (seat == 5 ? 1 : 2), "seat \(seat)")
        }
    }

    @Test func aDomainOfManyTenantsMakesNoTwoOfThemOne() throws {
        var company = Company()
        for seat in 0..<12 { _ = try company.see("seat\(seat)", domain: "reseller") }
        for seat in 0..<12 { _ = try company.see("seat\(seat)", org: "tenant\(seat % 3)") }
        #expect(try company.stranger().organisations == 3)
        for seat in 0..<12 {
            let facts = try company.see("seat\(seat)", org: "tenant\(seat % 3)")
            #expect(facts.organisations == 2 && facts.related == 3, "seat \(seat)")
        }
    }

    @Test func aTenantOfTwoDomainsIsOne() throws {
        var company = Company()
        for seat in 0..<10 { _ = try company.see("seat\(seat)", domain: "company.\(seat % 2)") }
        #expect(try company.stranger().organisations == 2)
        for seat in 0..<10 { _ = try company.see("seat\(seat)", org: "company") }
        #expect(try company.stranger().organisations == 1)
        #expect(try company.see("seat3").related == 9)
    }

    @Test func whoNamesSomebodyElsesTenantBringsNobodyAlong() throws {
        var company = Company()
        for seat in 0..<5 { _ = try company.see("seat\(seat)", domain: "company", org: "company") }
        for index in 0..<8 { _ = try company.see("ring\(index)", domain: "bought") }
        _ = try company.see("ring0", org: "company")
        #expect(try company.see("ring1").related == 6, "the rest of the ring")
        #expect(try company.see("ring1").organisations == 1)
        #expect(try company.see("seat1").related == 5, "the company and who named it")
        #expect(try company.stranger().organisations == 2)
    }

    /// What is remembered of tenants is bounded, and nobody's tenant is given to another while it is full.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func noTwoTenantsShareAnOrganisation(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var tenancies = Tenancies(capacity: Int(seed) + 1)
        var latest: [UInt64] = []
        var organisations: [UInt64: UInt64] = [:]
        for step in 0..<2_000 {
            let tenant = UInt64.random(in: 1...40, using: &generator)
            let domain = UInt64.random(in: 100...120, using: &generator)
            let organisation = tenancies.organisation(of: tenant, namedFrom: step % 3 == 0 ? nil : domain)
            tenancies.note(tenant, is: organisation)
            organisations[tenant] = organisation
            latest.removeAll { $0 == tenant }
            latest.append(tenant)
            // Two places a tenant, for it and its domain.
            let kept = latest.suffix(max(1, (Int(seed) + 1) / 2))
            let different = Set(kept.compactMap { organisations[$0] })
            #expect(different.count == kept.count, "seed \(seed), step \(step)")
        }
    }
}
