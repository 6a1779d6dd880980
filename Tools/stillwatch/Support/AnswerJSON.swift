import RiskCore
import RiskModels

/// Answers as objects for scripts.
enum AnswerJSON {
    /// Everything but the features.
    static func object(_ answer: ScoreAnswer) -> [String: Any] {
        var object: [String: Any] = [
            "margin": answer.margin, "probability": answer.probability, "decision": answer.decision.word,
            "decision_rule": answer.decisionRule, "bias": answer.bias,
            "model_digest": hexadecimal(answer.modelDigest), "model_alias": answer.modelAlias,
            "decision_id": answer.decisionID, "commit_sequence": answer.commitSequence,
            "missing_feature_count": answer.missingFeatureCount, "degraded": answer.degraded,
            "reasons": answer.reasons.map(object), "links": answer.links.map(object),
        ]
        object["residual"] = answer.residual
        object["cluster"] = answer.cluster.map(Self.object)
        return object
    }

    private static func object(_ reason: ScoreAnswer.Reason) -> [String: Any] {
        var object: [String: Any] = ["code": reason.code.rawValue, "contribution": reason.contribution]
        object["customer_text"] = reason.customerText
        return object
    }

    private static func object(_ link: ScoreAnswer.Link) -> [String: Any] {
        var object: [String: Any] = [
            "class": link.identifierClass.word, "accounts": link.accounts,
            "unrelated_accounts": link.unrelatedAccounts, "organisations": link.organisations,
            "labelled_bad": link.labelledBad, "first_seen_ms": link.firstSeenMs, "surprise": link.surprise,
            "contribution": link.contribution,
        ]
        object["last_ban_ms"] = link.lastBanMs
        object["effect_if_removed"] = link.effectIfRemoved
        return object
    }

    private static func object(_ cluster: ScoreAnswer.Cluster) -> [String: Any] {
        [
            "id": "\(cluster.id)", "accounts": cluster.accounts, "organisations": cluster.organisations,
            "labelled_bad": cluster.labelledBad, "born_ms": cluster.bornMs, "tie": cluster.tie,
            "contribution": cluster.contribution, "effect_if_removed": cluster.effectIfRemoved,
        ]
    }
}
