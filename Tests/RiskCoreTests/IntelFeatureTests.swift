import RiskCore
import Testing

@Suite struct IntelFeatureTests {
    private func value(
        _ name: String, links: [IntelLink] = [], hits: [PartnerHit] = []
    ) throws -> Double {
        try Fixture.value(
            "intel.\(name)",
            Fixture.event("signup") { builder in
                for link in links { try builder.add(link) }
                for hit in hits { try builder.add(hit) }
            })
    }

    private func link(
        _ identifierClass: IdentifierClass, _ accounts: UInt64? = nil, banned: UInt64? = nil, expected: Double? = nil,
        source: IntelSource? = nil
    ) -> IntelLink {
        var link = IntelLink(identifierClass)
        (link.accounts7d, link.accounts30d, link.banned) = (accounts, accounts, banned)
        (link.expectedDegree, link.source) = (expected, source)
        return link
    }

    private func hit(_ identifierClass: IdentifierClass, _ confidence: Double?, ageDays: UInt64?) -> PartnerHit {
        var hit = PartnerHit(identifierClass)
        (hit.confidence, hit.ageDays) = (confidence, ageDays)
        return hit
    }

    @Test func theStrongestLinkCounts() throws {
        #expect(try value("accounts_7d", links: [link(.device, 3), link(.ipPrefix, 8), link(.asn)]) == 3)
        #expect(try value("accounts_7d", links: [link(.device, 3), link(.ipPrefix, 40)]) == 10)
        #expect(try value("accounts_7d", links: [link(.device, 30, expected: 60)]) == 0.5, "the caller knows better")
        #expect(
            try value("accounts_7d", links: [link(.device, 30, expected: 0)]) == 30, "less than one is never ordinary")
        #expect(try value("accounts_7d", links: [link(.device, 1_000_000)]) == 400, "a hub saturates")
        #expect(try value("accounts_1d", links: [link(.device, 3)]).isNaN)
        #expect(try value("accounts_30d", links: [link(.device, 3)]) == 3)
    }

    @Test func bannedNeighboursCountWholeAndAsAShare() throws {
        let links = [link(.device, 5, banned: 5), link(.ipPrefix, 995, banned: 10)]
        #expect(try value("banned", links: links) == 10)
        #expect(try value("banned_share", links: links) == 0.5)
        #expect(try value("banned_share", links: [link(.device, 0, banned: 5)]) == 0.5, "at most all of them")
        #expect(try value("banned_share", links: [link(.device, banned: 5)]).isNaN)
    }

    @Test func partnersCountsAreApart() throws {
        let links = [link(.device, 9, banned: 50, source: .partner)]
        #expect(try value("accounts_7d", links: links).isNaN && value("banned", links: links).isNaN)
        #expect(try value("partner_accounts_30d", links: links) == 9)
        #expect(try value("partner_banned", links: links) == 20)
        #expect(try value("partner_banned", links: [link(.device, 9, banned: 5, source: .caller)]).isNaN)
    }

    @Test func hitsDecayAreCappedAndTrustTheirClass() throws {
        #expect(try value("partner_hits").isNaN)
        #expect(try value("partner_hits", hits: [hit(.device, 0.8, ageDays: 0)]) == 0.8)
        #expect(try value("partner_hits", hits: [hit(.device, 0.8, ageDays: 30)]) == 0.4)
        #expect(try value("partner_hits", hits: [hit(.device, nil, ageDays: nil)]) == 0.25)
        #expect(try value("partner_hits", hits: Array(repeating: hit(.device, 1, ageDays: 0), count: 8)) == 2)
        let address = try value("partner_hits", hits: [hit(.ipPrefix, 1, ageDays: 0)])
        let fingerprint = try value("partner_hits", hits: [hit(.tlsClient, 1, ageDays: 0)])
        #expect(address < 0.5 && fingerprint < address && fingerprint > 0)
    }
}
