extension FeatureCatalogue {
    /// A launch is followed for this many hours.
    static let launchHours = 48.0
    /// A pivot counts in full from this many requests in 24 hours on.
    static let pivotRequests = 100.0

    /// Indices in `capability_hist` of what campaigns are known to be after.
    private static let frontier = [3, 4, 5, 6]  // coding, agentic tool use, long horizon, computer use

    static let content: [Feature] = [
        Feature(
            "usage.model_pivot", .raises, .useModelPivot,
            "share of the newest model within 48 h of its launch above the account's own usual share; in proportion to "
                + "its requests up to 100 in 24 hours"
        ) { observation in
            guard let usual = observation.account.usualNewestModelShare,
                observation.number(.hoursSinceLaunch) <= launchHours
            else { return .nan }
            let pivot = observation.number(.newestModelShare) - usual
            let volume = observation.number(.requests24h) / pivotRequests
            return pivot.isNaN || volume.isNaN ? .nan : max(0, pivot) * min(1, volume)
        },
        Feature(
            "usage.capability_focus", .raises, .useCapabilityFocus,
            "1 − entropy of the capabilities ÷ ln 12: 1 if all requests are of one kind"
        ) { 1 - HistogramMeasures.evenness($0.histogram(.capabilityHist)) },
        Feature(
            "usage.declared_use_divergence", .raises, .useCapabilityFocus,
            "Jensen-Shannon divergence of the capabilities from what the declared use makes ordinary, 0 to 1"
        ) { observation in
            guard let ordinary = observation.word(.declaredUseCode, as: DeclaredUse.self)?.ordinaryCapabilities
            else { return .nan }
            return HistogramMeasures.divergence(observation.histogram(.capabilityHist), from: ordinary)
        },
        Feature(
            "usage.frontier_share", .free, .useCapabilityFocus,
            "share of coding, agentic tool use, long-horizon work and computer use"
        ) {
            let shares = $0.histogram(.capabilityHist)
            guard shares.count > frontier.count else { return .nan }
            return frontier.reduce(0) { $0 + shares[shares.startIndex + $1] }
        },
    ]

    /// Public agents' templates are shared by multitudes as well, but those are old, and so are most accounts on them.
    static let templates: [Feature] = [
        Feature("usage.template_top1_share", .free, .useTemplateShared, "share of the commonest template") {
            $0.number(.templateTop1Share)
        },
        Feature(
            "usage.template_reach", .raises, .useTemplateShared, skewed: true, link: .template,
            "other organisations on its commonest template, against what is ordinary, times the share of accounts that "
                + "came to it in 30 days, times the template's share of the requests"
        ) { observation in
            guard let template = observation.facts(.template) else { return .nan }
            let young = template.arrivals30d / (template.accounts + LinkFacts.innocentAccounts)
            return templateOrganisations(template) * young * observation.number(.templateTop1Share)
        },
        Feature(
            "usage.template_fresh_reach", .raises, .useTemplateShared, skewed: true, link: .template,
            "other organisations on its commonest template, against what is ordinary; halved for a template 30 days old"
        ) { observation in
            guard let template = observation.facts(.template) else { return .nan }
            return templateOrganisations(template) / (1 + template.ageDays(atMs: observation.timeMs) / 30)
        },
        Feature(
            "usage.template_burst", .raises, .useTemplateShared, skewed: true, link: .template,
            "accounts that came to its commonest template in a day, standard deviations above the template's own month"
        ) { observation in observation.facts(.template)?.burst(atMs: observation.timeMs) ?? .nan },
    ]

    static let artefacts: [Feature] = [
        Feature("usage.cot_elicit_rate", .raises, .useReasoningElicit, "share that asks for inline reasoning") {
            $0.number(.cotElicitRate)
        },
        Feature(
            "usage.reasoning_replays", .raises, .useArtifactReplay, skewed: true,
            "reasoning artefacts of other sessions or accounts presented here"
        ) { $0.number(.reasoningReplayCnt) },
        Feature("usage.grading_rate", .raises, .useGrading, "share of grading tasks") { $0.number(.gradingRate) },
        Feature(
            "usage.injected_turn_share", .raises, .useArtifactReplay,
            "share with assistant turns that came from elsewhere"
        ) { $0.number(.injectedAssistantTurnShare) },
        Feature(
            "usage.full_history_first_call_share", .raises, .useArtifactReplay,
            "share of sessions that begin with a whole history"
        ) { $0.number(.fullHistoryFirstCallShare) },
    ]

    private static func templateOrganisations(_ template: LinkFacts) -> Double {
        min(template.organisations, IdentifierClass.template.saturationCount) / IdentifierClass.template.expectedDegree
    }
}
