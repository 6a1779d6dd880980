internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

extension ScoreAnswer {
    init(_ message: UnsafePointer<Stillwatch__V1__ScoreResponse>) throws(StatusError) {
        let answer = message.pointee
        guard let decision = Decision(rawValue: Int(answer.decision.rawValue)) else {
            throw unreadable("a decision", "number \(answer.decision.rawValue)", path: "score.decision")
        }
        let reasons = elements(answer.reasons, answer.n_reasons).map { Reason($0.pointee) }
        let links = elements(answer.links, answer.n_links).map { Link($0.pointee) }
        var degraded = texts(answer.degraded, answer.n_degraded)
        if reasons.contains(where: { $0 == nil }) { degraded.append(ReplyDecoder.unknownReason) }
        if links.contains(where: { $0 == nil }) { degraded.append(ReplyDecoder.unknownLink) }
        self.init(
            margin: answer.margin, probability: answer.probability, decision: decision,
            decisionRule: text(answer.decision_rule), bias: answer.bias,
            residual: present(answer.has_residual, answer.residual), reasons: reasons.compactMap { $0 },
            links: links.compactMap { $0 }, cluster: try Cluster(answer.cluster),
            modelDigest: answer.model_digest.array,
            modelAlias: text(answer.model_alias), missingFeatureCount: Int(answer.missing_feature_count),
            features: elements(answer.features, answer.n_features).map { FeatureContribution($0.pointee) },
            degraded: degraded, commitSequence: answer.commit_sequence, decisionID: text(answer.decision_id))
    }
}

extension ScoreAnswer.Reason {
    fileprivate init?(_ reason: Stillwatch__V1__Reason) {
        guard let code = ReasonCode(rawValue: text(reason.code)) else { return nil }
        let customerText = text(reason.customer_text)
        self.init(
            code: code, contribution: reason.contribution, customerText: customerText.isEmpty ? nil : customerText)
    }
}

extension ScoreAnswer.Link {
    fileprivate init?(_ link: Stillwatch__V1__LinkEvidence) {
        guard let identifierClass = IdentifierClass(rawValue: Int(link.class_.rawValue)) else { return nil }
        self.init(identifierClass: identifierClass)
        (accounts, organisations, labelledBad) = (link.accounts, link.organisations, link.labelled_bad)
        firstSeenMs = Int64(bitPattern: link.first_seen_ms)
        contribution = link.contribution
        unrelatedAccounts = link.unrelated_accounts
        lastBanMs = present(link.has_last_ban_ms, Int64(bitPattern: link.last_ban_ms))
        surprise = link.surprise
        effectIfRemoved = present(link.has_effect_if_removed, link.effect_if_removed)
    }
}

extension ScoreAnswer.Cluster {
    /// Nil without a message.
    fileprivate init?(_ message: UnsafePointer<Stillwatch__V1__ClusterEvidence>?) throws(StatusError) {
        guard let cluster = message?.pointee else { return nil }
        self.init(id: try clusterID(cluster.id, path: "score.cluster.id"))
        (accounts, organisations, labelledBad) = (cluster.accounts, cluster.organisations, cluster.labelled_bad)
        bornMs = Int64(bitPattern: cluster.born_ms)
        (tie, contribution, effectIfRemoved) = (cluster.tie, cluster.contribution, cluster.effect_if_removed)
    }
}

extension ScoreAnswer.FeatureContribution {
    fileprivate init(_ feature: Stillwatch__V1__FeatureContribution) {
        self.init(
            name: text(feature.name), value: present(feature.has_value, feature.value),
            contribution: feature.contribution)
    }
}
