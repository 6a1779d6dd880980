internal import RiskCore
internal import RiskEngine
internal import RiskWire

extension RequestProcessor {
    /// One page of a campaign. The state's lock is held for this page and no longer.
    func lookupCampaign(_ call: LookupCampaignCall) -> Result<WireReply.Body, StatusError> {
        do throws(StatusError) {
            let target = try target(of: call)
            let token = try token(of: call)
            let page = shared.commits.campaign(target, from: token?.start ?? 0, limit: call.pageSize)
            guard let page else { throw Self.unknown(call.target) }
            if let token { try Self.check(token, belongsTo: page) }
            return .success(.lookupCampaign(page, nextPageToken: CampaignPageToken(after: page)?.text ?? ""))
        } catch {
            return .failure(error)
        }
    }

    /// The account of an earlier decision.
    func account(ofDecision id: String) throws(StatusError) -> Reference {
        guard let reference = DecisionID.account(of: id) else {
            throw StatusError(
                .notFound, reason: "DECISION_UNKNOWN", message: "expected a decision_id of an earlier answer",
                path: "decision_id")
        }
        return reference
    }

    private func target(of call: LookupCampaignCall) throws(StatusError) -> CampaignTarget {
        switch call.target {
        case .cluster(let id): .cluster(id)
        case .account(let reference): .account(reference)
        case .decision(let id): .account(try account(ofDecision: id))
        }
    }

    private func token(of call: LookupCampaignCall) throws(StatusError) -> CampaignPageToken? {
        if call.pageToken.isEmpty { return nil }
        guard let token = CampaignPageToken(call.pageToken) else {
            throw StatusError(
                FieldError(
                    .malformed, path: "page_token", expected: "the next_page_token of an earlier page",
                    found: "another text"))
        }
        return token
    }

    private static func check(_ token: CampaignPageToken, belongsTo page: CampaignPage) throws(StatusError) {
        guard token.cluster != page.summary.id else { return }
        if page.summary.mergedIDs.contains(token.cluster) {
            throw StatusError(
                .aborted, reason: "CAMPAIGN_MERGED",
                message: "\(token.cluster) has become part of \(page.summary.id) since the page before: begin again "
                    + "with its first page",
                path: "page_token")
        }
        throw StatusError(
            FieldError(
                .conflict, path: "page_token", expected: "a token of \(page.summary.id)'s pages",
                found: "one of \(token.cluster)'s"))
    }

    private static func unknown(_ target: LookupCampaignCall.Target) -> StatusError {
        switch target {
        case .cluster(let id):
            StatusError(
                .notFound, reason: "CLUSTER_UNKNOWN", message: "expected a cluster that is known here, found \(id)",
                path: "cluster_id")
        case .account:
            StatusError(
                .notFound, reason: "ACCOUNT_IN_NO_CLUSTER", message: "expected an account that belongs to a cluster",
                path: "account_ref")
        case .decision:
            StatusError(
                .notFound, reason: "ACCOUNT_IN_NO_CLUSTER",
                message: "expected a decision about an account that belongs to a cluster", path: "decision_id")
        }
    }
}
