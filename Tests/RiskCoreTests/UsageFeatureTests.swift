import RiskCore
import Testing

@Suite struct UsageFeatureTests {
    /// A feature, the numbers of a usage event, the value (nil: missing).
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let numbers: [EventField: Double]
        let value: Double?

        init(_ name: String, _ numbers: [EventField: Double], _ value: Double?) {
            (self.name, self.numbers, self.value) = ("usage.\(name)", numbers, value)
        }

        var testDescription: String { "\(name) of \(numbers)" }
    }

    static let cases: [Case] = [
        Case("requests_1h", [.requests1h: 7], 7),
        Case("requests_24h", [.requests24h: 70], 70),
        Case("requests_7d", [.requests7d: 700], 700),
        Case("tokens_per_request", [.requests24h: 10, .tokensIn24h: 900, .tokensOut24h: 100], 100),
        Case("tokens_per_request", [.requests24h: 0, .tokensIn24h: 0, .tokensOut24h: 0], nil),
        Case("tokens_per_request", [.requests24h: 10, .tokensIn24h: 900], nil),
        Case("output_share", [.tokensIn24h: 900, .tokensOut24h: 100], 0.1),
        Case("output_share", [.tokensIn24h: 900], nil),
        // 2 million in and 1 out are $21 a day, $630 a month.
        Case("usd_over_plan", [.tokensIn24h: 2e6, .tokensOut24h: 1e6, .planPriceUsdMonth: 20], 31.5),
        Case("usd_over_plan", [.tokensIn24h: 2e6, .tokensOut24h: 1e6, .planPriceUsdMonth: 0], nil),
        Case("usd_over_plan", [.tokensIn24h: 2e6, .tokensOut24h: 1e6], nil),
        Case("usd_over_plan", [.planPriceUsdMonth: 20], nil),
        Case("limit_utilisation_p95", [.limitUtilisationP95: 0.4], 0.4),
        Case("plateau", [.limitUtilisationP50: 0.9, .limitUtilisationP95: 0.9], 1),
        Case("plateau", [.limitUtilisationP50: 0.85, .limitUtilisationP95: 0.95], 0.5),
        Case("plateau", [.limitUtilisationP50: 0.2, .limitUtilisationP95: 0.95], 0),
        Case("plateau", [.limitUtilisationP50: 0.8, .limitUtilisationP95: 0.8], 0),
        Case("plateau", [.limitUtilisationP95: 0.7], 0),
        Case("plateau", [.limitUtilisationP95: 0.9], nil),
        Case("plateau", [.limitUtilisationP50: 0.9], nil),
        Case("longest_idle_s", [.longestIdleGapS: 600], 600),
        Case("interarrival_cv", [.interarrivalCv: 1.5], 1.5),
        Case("interarrival_entropy", [.interarrivalEntropy: 2.5], 2.5),
        Case("networks_per_100", [.distinctIp2424h: 1, .requests24h: 5], 0),
        Case("networks_per_100", [.distinctIp2424h: 3, .requests24h: 5], 2),
        Case("networks_per_100", [.distinctIp2424h: 11, .requests24h: 500], 2),
        Case("networks_per_100", [.distinctIp2424h: 11], nil),
        Case("asns_per_100", [.distinctAsn24h: 5, .requests24h: 200], 2),
        Case("asns_per_100", [.requests24h: 200], nil),
        Case("clients", [.distinctClient24h: 0], 0),
        Case("clients", [.distinctClient24h: 4], 3),
        Case("cache_shortfall", [.meanCtxTokens: 8000, .cacheHitRatio: 0.1], 0.3),
        Case("cache_shortfall", [.meanCtxTokens: 8000, .cacheHitRatio: 0.4], 0),
        Case("cache_shortfall", [.meanCtxTokens: 0, .cacheHitRatio: 0], 0),
        Case("cache_shortfall", [.meanCtxTokens: 8000], nil),
        Case("mean_context_tokens", [.meanCtxTokens: 8000], 8000),
        Case("enduser_ids", [.enduserIdDistinct: 40], 40),
        Case("enduser_languages", [.enduserLangCount: 12], 12),
        Case("failover_recency", [.retryElsewhereS: 0], 1),
        Case("failover_recency", [.retryElsewhereS: 300], 0.5),
        Case("throttled_share", [.status42924h: 0], 0),
        Case("throttled_share", [.status42924h: 50, .requests24h: 200], 0.25),
        Case("throttled_share", [.status42924h: 50, .requests24h: 0], 1),
        Case("throttled_share", [.status42924h: 50], nil),
        Case("forbidden_share", [.status40324h: 1, .requests24h: 10], 0.1),
        Case("forbidden_share", [.requests24h: 10], nil),
        Case("template_top1_share", [.templateTop1Share: 0.6], 0.6),
        Case("cot_elicit_rate", [.cotElicitRate: 0.6], 0.6),
        Case("reasoning_replays", [.reasoningReplayCnt: 3], 3),
        Case("grading_rate", [.gradingRate: 0.6], 0.6),
        Case("injected_turn_share", [.injectedAssistantTurnShare: 0.6], 0.6),
        Case("full_history_first_call_share", [.fullHistoryFirstCallShare: 0.6], 0.6),
    ]

    @Test(arguments: cases)
    func isWhatItSays(_ one: Case) throws {
        let value = try Fixture.value(one.name, Fixture.usage(one.numbers))
        guard let expected = one.value else {
            #expect(value.isNaN)
            return
        }
        #expect(abs(value - expected) < 1e-12)
    }

    /// Raising the raw field never moves a directed feature the other way, whatever the rest is.
    @Test(
        arguments: [
            ("usage.plateau", .limitUtilisationP50, 0...1), ("usage.networks_per_100", .distinctIp2424h, 0...900),
            ("usage.asns_per_100", .distinctAsn24h, 0...90), ("usage.clients", .distinctClient24h, 0...90),
            ("usage.usd_over_plan", .tokensOut24h, 0...1e9), ("usage.throttled_share", .status42924h, 0...2000),
            ("usage.forbidden_share", .status40324h, 0...2000), ("usage.reasoning_replays", .reasoningReplayCnt, 0...9),
            ("usage.model_pivot", .newestModelShare, 0...1),
            ("usage.first_day_utilisation", .limitUtilisationP95, 0...1),
            ("usage.early_climb", .limitUtilisationP95, 0...1), ("usage.enduser_languages", .enduserLangCount, 0...60),
            ("usage.metadata_missing_excess", .metadataMissingRate, 0...1),
        ] as [(String, EventField, ClosedRange<Double>)])
    func growsWithItsField(name: String, field: EventField, range: ClosedRange<Double>) throws {
        var links = Fixture.account {
            $0.usualNewestModelShare = 0.2
            $0.bornAtMs = Fixture.timeMs - 3_600_000
        }
        links.population.metadataMissingRate = PopulationSpread(count: 50, mean: 0.3, deviation: 0.1)
        var previous = -Double.infinity
        for step in 0...20 {
            var value = range.lowerBound + (range.upperBound - range.lowerBound) * Double(step) / 20
            if range.upperBound > 1 { value.round() }
            var numbers: [EventField: Double] = [
                .limitUtilisationP95: 0.9, .limitUtilisationP50: 0.5, .requests24h: 900, .tokensIn24h: 1000,
                .planPriceUsdMonth: 20, .hoursSinceLaunch: 3,
            ]
            numbers[field] = value
            let result = try Fixture.value(name, Fixture.usage(numbers), links)
            #expect(result >= previous, "\(name) at \(value)")
            previous = result
        }
        #expect(previous > 0, "\(name) says something at last")
    }

    @Test func roundTheClockIsOneAndOneHourIsNone() throws {
        func evenness(_ shares: [Double]) throws -> Double {
            try Fixture.value(
                "usage.hour_evenness", Fixture.event("usage") { try $0.set(.activeHourHist, histogram: shares) })
        }
        #expect(try abs(evenness(Fixture.even(24)) - 1) < 1e-12)
        #expect(try evenness(Fixture.oneOf(24)) == 0)
        let half = try evenness(Array(repeating: 1.0 / 12, count: 12) + Array(repeating: 0, count: 12))
        #expect(abs(half - 0.78190) < 1e-4, "ln 12 ÷ ln 24")
    }

    @Test func weekendsAreWeighedByTheDay() throws {
        func weekend(_ shares: [Double]) throws -> Double {
            try Fixture.value(
                "usage.weekend_share", Fixture.event("usage") { try $0.set(.activeDowHist, histogram: shares) })
        }
        #expect(try abs(weekend(Fixture.even(7)) - 0.5) < 1e-12)
        #expect(try weekend(Fixture.oneOf(7)) == 0)
        #expect(try weekend(Fixture.oneOf(7).reversed()) == 1)
    }

    @Test func capabilitiesAreMeasuredAgainstTheDeclaredUse() throws {
        func event(_ shares: [Double], declared: String? = nil) throws -> AccountEvent {
            try Fixture.event("usage") {
                try $0.set(.capabilityHist, histogram: shares)
                if let declared { try $0.set(.declaredUseCode, word: declared) }
            }
        }
        let coding = [0, 0, 0, 1.0] + Array(repeating: 0, count: 8)
        #expect(try Fixture.value("usage.capability_focus", event(coding)) == 1)
        #expect(try abs(Fixture.value("usage.capability_focus", event(Fixture.even(12)))) < 1e-12)
        #expect(try Fixture.value("usage.frontier_share", event(coding)) == 1)
        #expect(try Fixture.value("usage.frontier_share", event(Fixture.oneOf(12))) == 0)
        let name = "usage.declared_use_divergence"
        #expect(try Fixture.value(name, event(coding)).isNaN)
        #expect(try Fixture.value(name, event(coding, declared: "other")).isNaN, "a vague answer is no lie")
        let honest = try Fixture.value(name, event(coding, declared: "coding"))
        let pretended = try Fixture.value(name, event(coding, declared: "chat"))
        #expect(honest < 0.3 && pretended > 0.6)
        let grading = Array(repeating: 0, count: 9) + [1.0, 0, 0]
        #expect(try abs(Fixture.value(name, event(grading, declared: "coding")) - 1) < 1e-12, "nothing in common")
    }

    @Test func theDeclarationAtSignUpIsRemembered() throws {
        var links = LinkSnapshot()
        links.account.profile.remember(try Fixture.event("signup") { try $0.set(.declaredUseCode, word: "chat") })
        let usage = try Fixture.event("usage") { try $0.set(.capabilityHist, histogram: Fixture.oneOf(12)) }
        #expect(try Fixture.value("usage.declared_use_divergence", usage, links) < 0.5)
    }

    @Test func aResellersEndUsersAreItsBusiness() throws {
        let event = try Fixture.event("usage") {
            try $0.set(.contractClass, word: "authorised_reseller")
            try $0.set(.enduserIdDistinct, whole: 40_000)
            try $0.set(.enduserLangCount, whole: 60)
        }
        #expect(try Fixture.value("usage.enduser_ids", event) == 0)
        #expect(try Fixture.value("usage.enduser_languages", event) == 0)
    }

    @Test func aServerAtHomeNeedsAllItsSigns() throws {
        func value(ip: String?, requests: UInt64?, rest: UInt64?, device: Bool = false) throws -> Double {
            let event = try Fixture.event("usage") {
                if let ip { try $0.set(.ipType, word: ip) }
                if let requests { try $0.set(.requests24h, whole: requests) }
                if let rest { try $0.set(.longestIdleGapS, whole: rest) }
            }
            let links = device ? Fixture.links(.device) { _ in } : LinkSnapshot()
            return try Fixture.value("usage.residential_server", event, links)
        }
        #expect(try value(ip: "residential", requests: 500, rest: 600) == 1)
        #expect(try value(ip: "proxy", requests: 900, rest: 14_399) == 1)
        #expect(try value(ip: "residential", requests: 499, rest: 600) == 0)
        #expect(try value(ip: "residential", requests: 900, rest: 14_400) == 0)
        #expect(try value(ip: "hosting", requests: 900, rest: 600) == 0)
        #expect(try value(ip: "residential", requests: 900, rest: 600, device: true) == 0)
        #expect(try value(ip: "residential", requests: 900, rest: nil).isNaN)
        #expect(try value(ip: nil, requests: 900, rest: 600).isNaN)
    }

    @Test func clientsAreMeasuredAgainstTheirPeers() throws {
        let event = try Fixture.usage([.metadataMissingRate: 0.5, .clientVersionLagDays: 40])
        func mismatch(_ alike: Double, of claimants: Double) throws -> Double {
            try Fixture.value(
                "usage.client_mismatch", event,
                Fixture.population { ($0.claimants, $0.claimantsAlike) = (claimants, alike) })
        }
        #expect(try mismatch(0, of: 100) == 1)
        #expect(try mismatch(5, of: 100) == 0.5)
        #expect(try mismatch(10, of: 100) == 0)
        #expect(try mismatch(0, of: 19).isNaN, "nobody to compare with")
        func spread(_ count: Double, _ mean: Double) -> LinkSnapshot {
            Fixture.population {
                $0.metadataMissingRate = PopulationSpread(count: count, mean: mean, deviation: 0.1)
                $0.clientVersionLagDays = PopulationSpread(count: count, mean: 10, deviation: 5)
            }
        }
        let name = "usage.metadata_missing_excess"
        #expect(try abs(Fixture.value(name, event, spread(20, 0.2)) - 0.3) < 1e-12)
        #expect(try Fixture.value(name, event, spread(20, 0.9)) == 0)
        #expect(try Fixture.value(name, event, spread(19, 0.2)).isNaN)
        #expect(try Fixture.value("signup.client_lag_z", event, spread(20, 0.2)) == 5)
        #expect(try Fixture.value("signup.client_lag_z", event, spread(19, 0.2)).isNaN)
    }

    @Test func aPivotNeedsAPastALaunchAndVolume() throws {
        func pivot(share: Double = 0.5, hours: Double = 24, requests: Double = 200, usual: Double? = 0.1) throws
            -> Double
        {
            try Fixture.value(
                "usage.model_pivot",
                Fixture.usage(
                    [.newestModelShare: share, .hoursSinceLaunch: hours, .requests24h: requests].filter { !$1.isNaN }),
                Fixture.account { $0.usualNewestModelShare = usual })
        }
        #expect(try pivot() == 0.4)
        #expect(try pivot(requests: 50) == 0.2)
        #expect(try pivot(share: 0.05) == 0)
        #expect(try pivot(usual: 1) == 0, "it always takes the newest")
        #expect(try pivot(hours: 48) == 0.4)
        #expect(try pivot(share: .nan).isNaN && pivot(requests: .nan).isNaN)
        #expect(try pivot(hours: 49).isNaN && pivot(usual: nil).isNaN)
    }

    @Test func theFirstDaysCountWhileTheyLastAndAreRemembered() throws {
        func value(_ name: String, ageDays: Double?, _ links: LinkSnapshot = LinkSnapshot()) throws -> Double {
            var numbers: [EventField: Double] = [.limitUtilisationP95: 0.7]
            if let ageDays { numbers[.accountAgeS] = ageDays * 86_400 }
            return try Fixture.value(name, Fixture.usage(numbers), links)
        }
        let first = "usage.first_day_utilisation"
        #expect(try value(first, ageDays: 0.5) == 0.7)
        #expect(try value(first, ageDays: 1).isNaN && value(first, ageDays: nil).isNaN)
        #expect(try value(first, ageDays: 0.9, Fixture.account { $0.firstDayUtilisation = 0.8 }) == 0.8)
        #expect(try value(first, ageDays: 90, Fixture.account { $0.firstDayUtilisation = 0.2 }) == 0.2)
        let climb = "usage.early_climb"
        #expect(try value(climb, ageDays: 0.1) == 0.7)
        #expect(try value(climb, ageDays: 3) == 0.7 / 3)
        #expect(try value(climb, ageDays: 4).isNaN)
        #expect(try value(climb, ageDays: 4, Fixture.account { $0.earlyClimb = 0.5 }) == 0.5)
        #expect(
            try value(climb, ageDays: nil, Fixture.account { $0.bornAtMs = Fixture.timeMs - 2 * 86_400_000 }) == 0.35)
    }

    @Test func useIsComparedWithTheAccountsOwn() throws {
        let event = try Fixture.usage([.requests24h: 1000])
        #expect(try Fixture.value("usage.requests_over_usual", event, Fixture.account { $0.usualRequests = 9 }) == 100)
        #expect(try Fixture.value("usage.requests_over_usual", event).isNaN)
    }

    /// A public agent's template is on everybody's account, a campaign's on young ones of strangers.
    @Test func aCampaignsTemplateStandsOutFromAPublicAgents() throws {
        let event = try Fixture.usage([.templateTop1Share: 0.9])
        let day: Int64 = 86_400_000
        let publicAgent = Fixture.links(.template) {
            ($0.accounts, $0.organisations, $0.arrivals1d, $0.arrivals7d, $0.arrivals30d) = (
                50_000, 30_000, 90, 630, 2700
            )
            $0.firstSeenMs = event.timeMs - 400 * day
        }
        let campaign = Fixture.links(.template) {
            ($0.accounts, $0.organisations, $0.arrivals1d, $0.arrivals7d, $0.arrivals30d) = (
                2000, 2000, 900, 1500, 1900
            )
            $0.firstSeenMs = event.timeMs - 9 * day
        }
        for name in ["usage.template_reach", "usage.template_fresh_reach", "usage.template_burst"] {
            let (innocent, guilty) = (
                try Fixture.value(name, event, publicAgent), try Fixture.value(name, event, campaign)
            )
            #expect(guilty > 5 * innocent, "\(name): \(guilty) against \(innocent)")
        }
        #expect(try Fixture.value("usage.template_reach", Fixture.event("usage"), campaign).isNaN)
        #expect(try Fixture.value("usage.template_reach", event, Fixture.links(.template) { _ in }) == 0)
    }
}
