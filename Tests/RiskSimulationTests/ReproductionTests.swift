import RiskCore
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
}
