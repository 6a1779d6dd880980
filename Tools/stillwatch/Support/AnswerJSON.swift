import RiskCore
import RiskModels

/// Answers as objects for scripts.
enum AnswerJSON {
    /// Everything but the features.
    static func object(_ answer: ScoreAnswer) -> [String: Any] {
        [
            "margin": answer.margin, "probability": answer.probability, "decision": answer.decision.word,
            "decision_rule": answer.decisionRule, "bias": answer.bias,
            "model_digest": hexadecimal(answer.modelDigest), "model_alias": answer.modelAlias,
            "decision_id": answer.decisionID, "commit_sequence": answer.commitSequence,
            "missing_feature_count": answer.missingFeatureCount, "degraded": answer.degraded,
            "reasons": answer.reasons.map { ["code": $0.code.rawValue, "contribution": $0.contribution] },
            "links": answer.links.map { link in
                [
                    "class": link.identifierClass.word, "accounts": link.accounts,
                    "organisations": link.organisations, "labelled_bad": link.labelledBad,
                    "first_seen_ms": link.firstSeenMs, "contribution": link.contribution,
                ]
            },
        ]
    }
}
