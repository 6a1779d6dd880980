import RiskCore
import Testing

@Suite struct LinkFeatureTests {
    private func value(_ name: String, _ links: LinkSnapshot) throws -> Double {
        try Fixture.value(name, Fixture.event("usage"), links)
    }

    @Test func sharesAreShrunkByFiveInnocents() throws {
        let links = Fixture.links(.ipPrefix) {
            ($0.accounts, $0.labelledBad, $0.arrivals7d) = (15, 10, 5)
        }
        #expect(try value("link.ip_prefix.labelled_share", links) == 0.5)
        #expect(try value("link.ip_prefix.young_share", links) == 0.25)
        #expect(try value("link.ip_prefix.labelled_share", Fixture.links(.ipPrefix) { $0.accounts = 1 }) == 0)
        #expect(FeatureCatalogue.feature(named: "link.device.young_share") == nil, "arrivals say it there")
        #expect(FeatureCatalogue.feature(named: "link.asn.young_share") == nil, "a hub ages with the service")
    }

    @Test func verifiedCompanyCountsOnlyWhereItIsHardToComeBy() throws {
        let links = Fixture.links(.emailDomain) { ($0.accounts, $0.verified) = (15, 10) }
        #expect(try value("link.email_domain.verified_share", links) == 0.5)
        for identifierClass in IdentifierClass.linked where identifierClass != .emailDomain {
            #expect(FeatureCatalogue.feature(named: "link.\(identifierClass.word).verified_share") == nil)
        }
    }

    /// What up to five honest people share says nothing; after that the rare counts more than the common.
    @Test func weightedClassesAreFlatForSmallGroupsAndNeverFall() throws {
        func weight(_ identifierClass: IdentifierClass, _ organisations: Double) throws -> Double {
            try value(
                "link.weighted_classes", Fixture.links(identifierClass) { $0.organisations = organisations })
        }
        for identifierClass in IdentifierClass.equallyLinked {
            #expect(try weight(identifierClass, 4) == 0)
            var previous = 0.0
            for organisations in 5...200 {
                let next = try weight(identifierClass, Double(organisations))
                #expect(next >= previous)
                previous = next
            }
            #expect(previous > 0)
        }
        #expect(try weight(.device, 100) > weight(.ipPrefix, 100) && weight(.ipPrefix, 100) > weight(.asn, 100))
        #expect(try value("link.weighted_classes", LinkSnapshot()).isNaN)
    }

    @Test func inheritanceAddsTemplateProfileAndMask() throws {
        var links = Fixture.links(.template) { ($0.accounts, $0.labelledBad) = (45, 25) }
        #expect(try value("link.inherited", links) == 0.5)
        links[.emailMask] = links[.template]
        links[.device] = links[.template]
        #expect(try value("link.inherited", links) == 1, "a device is no template")
        #expect(try value("link.inherited", Fixture.links(.device) { $0.labelledBad = 9 }).isNaN)
    }

    @Test func aBurstIsMeasuredByTheNetworksOwnMonth() throws {
        let day: Int64 = 86_400_000
        func burst(ageDays: Int64, today: Double, month: Double) throws -> Double {
            try value(
                "signup.asn_burst",
                Fixture.links(.asn) {
                    ($0.arrivals1d, $0.arrivals30d) = (today, month)
                    $0.firstSeenMs = Fixture.timeMs - ageDays * day
                })
        }
        #expect(try burst(ageDays: 0, today: 500, month: 500) == 0, "the first day is all the history there is")
        #expect(try burst(ageDays: 3000, today: 10, month: 300) < 0.1, "as ever")
        #expect(try burst(ageDays: 3000, today: 40, month: 300) > 8)
        // One more arrival never lowers it.
        for ageDays in [0, 1, 3, 10, 100] as [Int64] {
            for past in [0.0, 3, 50] {
                var previous = 0.0
                for more in 0..<100 {
                    let next = try burst(ageDays: ageDays, today: past / 4 + Double(more), month: past + Double(more))
                    #expect(next >= previous - 1e-12, "\(ageDays) days, \(past) before, \(more) more")
                    previous = next
                }
            }
        }
    }

    @Test func aProxyOutOfItsTimeZoneNeedsBoth() throws {
        func value(_ confidence: Double?, _ bits: UInt64?) throws -> Double {
            try Fixture.value(
                "signup.proxy_time_zone",
                Fixture.event("signup") {
                    if let confidence { try $0.set(.proxyConfidence, number: confidence) }
                    if let bits { try $0.set(.geoMismatchBits, whole: bits) }
                })
        }
        #expect(try value(0.75, 4) == 0.75 && value(0.75, 11) == 0)
        #expect(try value(nil, 4).isNaN && value(0.75, nil).isNaN)
    }
}
