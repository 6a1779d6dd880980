internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

extension MessageArena {
    /// A status; success without an error.
    func status(_ error: StatusError?) -> UnsafeMutablePointer<Stillwatch__V1__Status> {
        let message = make(stillwatch__v1__status__init)
        guard let error else { return message }
        set(&message.pointee.has_code, &message.pointee.code, error.code.rawValue)
        message.pointee.reason = text(error.reason)
        message.pointee.message = text(error.message)
        if !error.path.isEmpty { message.pointee.path = text(error.path) }
        return message
    }

    /// A score.
    func answer(_ answer: ScoreAnswer) -> UnsafeMutablePointer<Stillwatch__V1__ScoreResponse> {
        let message = make(stillwatch__v1__score_response__init)
        set(&message.pointee.has_margin, &message.pointee.margin, answer.margin)
        set(&message.pointee.has_probability, &message.pointee.probability, answer.probability)
        set(&message.pointee.has_decision, &message.pointee.decision.rawValue, UInt32(answer.decision.rawValue))
        message.pointee.decision_rule = text(answer.decisionRule)
        set(&message.pointee.has_bias, &message.pointee.bias, answer.bias)
        if let residual = answer.residual { set(&message.pointee.has_residual, &message.pointee.residual, residual) }
        message.pointee.n_reasons = answer.reasons.count
        message.pointee.reasons = list(answer.reasons) { reason($0) }
        message.pointee.n_links = answer.links.count
        message.pointee.links = list(answer.links) { link($0) }
        set(&message.pointee.has_model_digest, &message.pointee.model_digest, bytes(answer.modelDigest))
        message.pointee.model_alias = text(answer.modelAlias)
        if !answer.decisionID.isEmpty { message.pointee.decision_id = text(answer.decisionID) }
        set(&message.pointee.has_commit_sequence, &message.pointee.commit_sequence, answer.commitSequence)
        message.pointee.n_degraded = answer.degraded.count
        message.pointee.degraded = list(answer.degraded) { text($0) }
        set(
            &message.pointee.has_missing_feature_count, &message.pointee.missing_feature_count,
            UInt32(answer.missingFeatureCount))
        message.pointee.n_features = answer.features.count
        message.pointee.features = list(answer.features) { feature($0) }
        if let evidence = answer.cluster { message.pointee.cluster = cluster(evidence) }
        return message
    }

    private func reason(_ reason: ScoreAnswer.Reason) -> UnsafeMutablePointer<Stillwatch__V1__Reason>? {
        let message = make(stillwatch__v1__reason__init)
        message.pointee.code = text(reason.code.rawValue)
        set(&message.pointee.has_contribution, &message.pointee.contribution, reason.contribution)
        message.pointee.customer_text = reason.customerText.map(text)
        return message
    }

    private func link(_ link: ScoreAnswer.Link) -> UnsafeMutablePointer<Stillwatch__V1__LinkEvidence>? {
        let message = make(stillwatch__v1__link_evidence__init)
        set(&message.pointee.has_class_, &message.pointee.class_.rawValue, UInt32(link.identifierClass.rawValue))
        set(&message.pointee.has_accounts, &message.pointee.accounts, link.accounts)
        set(&message.pointee.has_organisations, &message.pointee.organisations, link.organisations)
        set(&message.pointee.has_labelled_bad, &message.pointee.labelled_bad, link.labelledBad)
        set(&message.pointee.has_first_seen_ms, &message.pointee.first_seen_ms, UInt64(bitPattern: link.firstSeenMs))
        set(&message.pointee.has_contribution, &message.pointee.contribution, link.contribution)
        set(
            &message.pointee.has_unrelated_accounts, &message.pointee.unrelated_accounts, link.unrelatedAccounts)
        set(
            &message.pointee.has_last_ban_ms, &message.pointee.last_ban_ms,
            link.lastBanMs.map(UInt64.init(bitPattern:)))
        set(&message.pointee.has_surprise, &message.pointee.surprise, link.surprise)
        set(
            &message.pointee.has_effect_if_removed, &message.pointee.effect_if_removed, link.effectIfRemoved)
        return message
    }

    private func cluster(_ cluster: ScoreAnswer.Cluster) -> UnsafeMutablePointer<Stillwatch__V1__ClusterEvidence> {
        let message = make(stillwatch__v1__cluster_evidence__init)
        message.pointee.id = text("\(cluster.id)")
        set(&message.pointee.has_accounts, &message.pointee.accounts, cluster.accounts)
        set(&message.pointee.has_organisations, &message.pointee.organisations, cluster.organisations)
        set(&message.pointee.has_labelled_bad, &message.pointee.labelled_bad, cluster.labelledBad)
        set(&message.pointee.has_born_ms, &message.pointee.born_ms, UInt64(bitPattern: cluster.bornMs))
        set(&message.pointee.has_tie, &message.pointee.tie, cluster.tie)
        set(&message.pointee.has_contribution, &message.pointee.contribution, cluster.contribution)
        set(
            &message.pointee.has_effect_if_removed, &message.pointee.effect_if_removed, cluster.effectIfRemoved)
        return message
    }

    private func feature(
        _ feature: ScoreAnswer.FeatureContribution
    ) -> UnsafeMutablePointer<Stillwatch__V1__FeatureContribution>? {
        let message = make(stillwatch__v1__feature_contribution__init)
        message.pointee.name = text(feature.name)
        set(&message.pointee.has_value, &message.pointee.value, feature.value)
        set(&message.pointee.has_contribution, &message.pointee.contribution, feature.contribution)
        return message
    }
}
