import RiskCore
import RiskEventLog
import RiskSimulation
import Testing

struct ReproductionTests {
    /// Whatever the seed: what was disclosed until the autumn's campaigns ended comes out at a small scale.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func whatWasDisclosedComesOut(seed: UInt64) throws {
        let parameters = SmallWorld.parameters(seed: seed, scale: 0.003, until: "2026-02-19")
        var world = SimulatedWorld(parameters)
        while try world.next() != nil {}
        let checks = ReproductionCheck.all(world.tally, parameters)
        #expect(checks.filter { $0.outcome == .wrong } == [], "seed \(seed)")
        #expect(checks.contains { $0.outcome == .unfinished })
        #expect(checks.filter { $0.outcome == .ok }.count >= 10)
    }

    @Test func settingsSayWhatTheyExpect() throws {
        var parameters = WorldParameters()
        try parameters.set("jitter_hours=6")
        #expect(parameters.ablations.jitterHours == 6)
        try parameters.set("template_families=per-account")
        #expect(parameters.ablations.templateFamiliesFactor == nil)
        try parameters.set("fresh_identifiers=0.5")
        #expect(parameters.ablations.freshIdentifiers == 0.5)
        for wrong in ["jitter_hours", "jitter_hours=many", "jitter=1", "missing_links=2", "distill_share=nan"] {
            #expect(throws: SettingError.self, "\(wrong)") { try parameters.set(wrong) }
        }
    }

    /// Accounts of a campaign that share instruments: fewer with fresh identifiers, none without links.
    @Test func ablationsTakeLinksAway() throws {
        func sharedInstruments(_ setting: String?) throws -> (shared: Int, present: Int) {
            var parameters = SmallWorld.parameters(seed: 8, until: "2026-01-10")
            if let setting { try parameters.set(setting) }
            let world = try SmallWorld(parameters)
            var accounts: [Reference: Int] = [:]
            for event in world.events where event.type == .payment {
                guard world.truth[event.account]?.campaign == "c3_minimax" else { continue }
                if let instrument = event.reference(.instrumentRef) { accounts[instrument, default: 0] += 1 }
            }
            return (accounts.values.filter { $0 > 1 }.count, accounts.count)
        }
        let plain = try sharedInstruments(nil)
        #expect(plain.shared > 2)
        #expect(try sharedInstruments("fresh_identifiers=1").shared == 0)
        #expect(try sharedInstruments("missing_links=1").present == 0)
    }

    /// An ablation of one campaign leaves everybody else's events as they are.
    @Test(arguments: [
        "c4.jitter_hours=6", "c4.cards_per_account_factor=0.2", "c4.template_families=per-account",
        "c4.distill_share=0.05", "c4.missing_links=1", "c4.fresh_classes=instrument+email_domain+template",
        "c2.jitter_hours=6",
    ])
    func anAblationOfOneCampaignIsNobodyElses(setting: String) throws {
        let campaign = setting.hasPrefix("c4") ? "c4_alibaba" : "c2_moonshot"
        let (plain, ablated) = (try Self.plain.get(), try SmallWorld.sparse(settings: [setting]))
        #expect(plain.truth == ablated.truth)
        func events(_ world: SmallWorld, ofCampaign: Bool) -> [AccountEvent] {
            world.events.filter { (world.truth[$0.account]?.campaign == campaign) == ofCampaign }
        }
        #expect(events(plain, ofCampaign: false) == events(ablated, ofCampaign: false), "\(setting)")
        #expect(events(plain, ofCampaign: true) != events(ablated, ofCampaign: true), "\(setting)")
    }

    private static let plain = Result { try SmallWorld.sparse() }

    @Test func aCampaignsLabelsCanBeLate() throws {
        let (plain, late) = (try Self.plain.get(), try SmallWorld.sparse(settings: ["c4.label_delay_days=300"]))
        #expect(plain.events == late.events)
        func labels(_ world: SmallWorld, of campaign: Bool) -> [SimulatedLabel] {
            world.labels.filter { ($0.campaign == "c4_alibaba") == campaign }
        }
        #expect(labels(plain, of: false) == labels(late, of: false))
        #expect(labels(late, of: true).count < labels(plain, of: true).count)
    }

    /// What settings of one campaign say, and which there are not.
    @Test func settingsOfOneCampaignStandOverThoseOfAll() throws {
        var parameters = WorldParameters()
        try parameters.set("distill_share=0.1")
        try parameters.set("c4.jitter_hours=6")
        try parameters.set("jitter_hours=1")
        #expect(parameters.campaignAblations[3]?.jitterHours == 1)
        #expect(parameters.campaignAblations[3]?.distillShare == nil)
        try parameters.set("c4.jitter_hours=6")
        #expect(parameters.campaignAblations[3]?.jitterHours == 6)
        #expect(parameters.ablations.jitterHours == 1)
        #expect(parameters.campaignAblations[0] == nil)
        for wrong in [
            "c5.jitter_hours=6", "c1.distill_share=0.1", "c2.pool_life_days=3", "c4.=1", "fresh_classes=asn",
            "missing_classes=card", "missing_classes=",
        ] {
            #expect(throws: SettingError.self, "\(wrong)") { try parameters.set(wrong) }
        }
    }

    /// The plain world's events, byte for byte: models and figures are made from it.
    @Test func aPlainWorldKeepsItsBytes() throws {
        var parameters = SmallWorld.parameters(seed: 5, until: "2026-05-20")
        parameters.scale = 0.001
        var world = SimulatedWorld(parameters)
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        var index = 0
        while let item = try world.next() {
            index += 1
            // Every eighth event: encoding is what takes the time.
            guard index % 8 == 0 else { continue }
            for byte in EventJSON.encode(item.event) { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        #expect(index == 14_825)
        #expect(digest == 0xBB6E_525E_CD7E_19A8)
    }
}
