import RiskCore
import Testing

/// What a customer may be told.
@Suite struct CustomerTextTests {
    /// Words that would tell a campaign what it is measured by.
    private static let rules = [
        "template", "prompt", "device", "fingerprint", "address range", "network", "ip ", "cluster", "rhythm", "hour",
        "synchron", "burst", "recent sign-ups", "shared", "same", "similar", "pattern", "proxy", "vpn", "token",
        "reasoning", "grading",
        "limit", "share of", "%", "hash", "partner", "model", "domain", "card", "proportion", "banned",
    ]

    @Test func noTextRevealsADetectionRule() {
        for code in ReasonCode.allCases {
            guard let text = code.customerText?.lowercased() else { continue }
            for rule in Self.rules { #expect(!text.contains(rule), "\(code.rawValue): \(text)") }
        }
        // What would help a campaign to hide has no words at all.
        let silent: [ReasonCode] = [
            .useTemplateShared, .useReasoningElicit, .useArtifactReplay, .useGrading, .useCapabilityFocus,
            .useModelPivot, .useNoRamp, .useContinuous, .useMultiClient, .useFailoverAfterBlock, .clusterSync,
            .clusterEqualLoad, .intelPartner, .signupPatternRepeat, .trustVerifiedOrg, .trustTenure, .trustContract,
        ]
        for code in silent { #expect(code.customerText == nil, "\(code.rawValue)") }
    }

    @Test func atMostFourReasonsAndOnlyThoseThatRaiseTheMargin() {
        var reasons = ReasonCode.allCases.enumerated().map { index, code in
            ScoreAnswer.Reason(code: code, contribution: 100 - Double(index), customerText: "left over")
        }
        reasons[0].contribution = -200
        let chosen = ScoreAnswer.choosingCustomerTexts(reasons)
        let shown = chosen.filter { $0.customerText != nil }
        #expect(shown.count == ScoreAnswer.customerReasonLimit)
        #expect(chosen[0].customerText == nil, "what lowers the risk is no reason to tell")
        #expect(Set(shown.compactMap(\.customerText)).count == shown.count, "nothing is said twice")
        #expect(shown.allSatisfy { $0.customerText == $0.code.customerText })
        #expect(chosen.map(\.contribution) == reasons.map(\.contribution))
        #expect(ScoreAnswer.choosingCustomerTexts([.init(code: .useGrading, contribution: 9)])[0].customerText == nil)
    }
}
