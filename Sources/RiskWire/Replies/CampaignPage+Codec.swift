internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

extension MessageArena {
    /// A page of a campaign; of merged clusters and days the latest, as many as ``WireLimits`` allows.
    func campaign(
        _ page: CampaignPage, nextPageToken: String
    ) -> UnsafeMutablePointer<Stillwatch__V1__LookupCampaignResponse> {
        let message = make(stillwatch__v1__lookup_campaign_response__init)
        message.pointee.summary = summary(page.summary)
        message.pointee.n_evidence = page.evidence.count
        message.pointee.evidence = list(page.evidence) { evidence($0) }
        let timeline = page.timeline.suffix(WireLimits.campaignDayCount)
        message.pointee.n_timeline = timeline.count
        message.pointee.timeline = list(timeline) { day($0) }
        message.pointee.n_members = page.members.count
        message.pointee.members = list(page.members) { member($0) }
        if !nextPageToken.isEmpty { message.pointee.next_page_token = text(nextPageToken) }
        return message
    }

    private func summary(_ summary: CampaignPage.Summary) -> UnsafeMutablePointer<Stillwatch__V1__CampaignSummary> {
        let message = make(stillwatch__v1__campaign_summary__init)
        message.pointee.id = text("\(summary.id)")
        let merged = summary.mergedIDs.suffix(WireLimits.campaignMergedCount)
        message.pointee.n_merged_ids = merged.count
        message.pointee.merged_ids = list(merged) { text("\($0)") }
        set(&message.pointee.has_born_ms, &message.pointee.born_ms, UInt64(bitPattern: summary.bornMs))
        set(&message.pointee.has_last_seen_ms, &message.pointee.last_seen_ms, UInt64(bitPattern: summary.lastSeenMs))
        set(&message.pointee.has_accounts, &message.pointee.accounts, UInt64(clamping: summary.accounts))
        set(
            &message.pointee.has_organisations, &message.pointee.organisations, UInt64(clamping: summary.organisations))
        set(&message.pointee.has_labelled_bad, &message.pointee.labelled_bad, UInt64(clamping: summary.labelledBad))
        set(&message.pointee.has_verified, &message.pointee.verified, UInt64(clamping: summary.verified))
        set(&message.pointee.has_exchanges, &message.pointee.exchanges, summary.exchanges)
        set(&message.pointee.has_synchrony, &message.pointee.synchrony, summary.synchrony)
        set(&message.pointee.has_template_share, &message.pointee.template_share, summary.templateShare)
        return message
    }

    private func evidence(
        _ evidence: CampaignPage.Evidence
    ) -> UnsafeMutablePointer<Stillwatch__V1__CampaignEvidence>? {
        let message = make(stillwatch__v1__campaign_evidence__init)
        set(&message.pointee.has_class_, &message.pointee.class_.rawValue, UInt32(evidence.identifierClass.rawValue))
        set(&message.pointee.has_identifiers, &message.pointee.identifiers, UInt64(clamping: evidence.identifiers))
        set(&message.pointee.has_accounts, &message.pointee.accounts, UInt64(clamping: evidence.accounts))
        set(&message.pointee.has_largest, &message.pointee.largest, UInt64(clamping: evidence.largest))
        set(&message.pointee.has_outside, &message.pointee.outside, UInt64(clamping: evidence.outside))
        return message
    }

    private func day(_ day: CampaignPage.Day) -> UnsafeMutablePointer<Stillwatch__V1__CampaignDay>? {
        let message = make(stillwatch__v1__campaign_day__init)
        set(&message.pointee.has_start_ms, &message.pointee.start_ms, UInt64(bitPattern: day.startMs))
        set(&message.pointee.has_joined, &message.pointee.joined, UInt64(clamping: day.joined))
        set(&message.pointee.has_banned, &message.pointee.banned, UInt64(clamping: day.banned))
        set(&message.pointee.has_exchanges, &message.pointee.exchanges, day.exchanges)
        return message
    }

    private func member(_ member: CampaignPage.Member) -> UnsafeMutablePointer<Stillwatch__V1__CampaignMember>? {
        let message = make(stillwatch__v1__campaign_member__init)
        set(&message.pointee.has_account_ref, &message.pointee.account_ref, bytes(member.account.bytes))
        set(&message.pointee.has_joined_ms, &message.pointee.joined_ms, UInt64(bitPattern: member.joinedMs))
        set(&message.pointee.has_first_seen_ms, &message.pointee.first_seen_ms, UInt64(bitPattern: member.firstSeenMs))
        set(&message.pointee.has_last_seen_ms, &message.pointee.last_seen_ms, UInt64(bitPattern: member.lastSeenMs))
        if let verdict = member.verdict {
            set(&message.pointee.has_verdict, &message.pointee.verdict.rawValue, UInt32(verdict.rawValue))
        }
        set(&message.pointee.has_exchanges, &message.pointee.exchanges, member.exchanges)
        message.pointee.n_shared_classes = member.sharedClasses.count
        message.pointee.shared_classes = list(member.sharedClasses) {
            Stillwatch__V1__IdentifierClass(rawValue: UInt32($0.rawValue))
        }
        return message
    }
}

extension CampaignPage {
    /// Without ``nextMember``, which only the server knows. Classes that this program has no word for are left out.
    init(_ message: UnsafePointer<Stillwatch__V1__LookupCampaignResponse>) throws(StatusError) {
        let page = message.pointee
        guard let summary = page.summary else {
            throw unreadable("a summary", "a page without one", path: "lookup_campaign.summary")
        }
        self.init(summary: try Summary(summary.pointee))
        evidence = elements(page.evidence, page.n_evidence).compactMap { Evidence($0.pointee) }
        timeline = elements(page.timeline, page.n_timeline).map { Day($0.pointee) }
        members = elements(page.members, page.n_members).map { Member($0.pointee) }
    }
}

extension CampaignPage.Summary {
    fileprivate init(_ summary: Stillwatch__V1__CampaignSummary) throws(StatusError) {
        self.init(id: try clusterID(summary.id, path: "lookup_campaign.summary.id"))
        for name in texts(summary.merged_ids, summary.n_merged_ids) {
            mergedIDs.append(try readClusterID(name, path: "lookup_campaign.summary.merged_ids"))
        }
        bornMs = Int64(bitPattern: summary.born_ms)
        lastSeenMs = Int64(bitPattern: summary.last_seen_ms)
        accounts = Int(clamping: summary.accounts)
        organisations = Int(clamping: summary.organisations)
        labelledBad = Int(clamping: summary.labelled_bad)
        verified = Int(clamping: summary.verified)
        exchanges = summary.exchanges
        synchrony = present(summary.has_synchrony, summary.synchrony)
        templateShare = present(summary.has_template_share, summary.template_share)
    }
}

extension CampaignPage.Evidence {
    fileprivate init?(_ evidence: Stillwatch__V1__CampaignEvidence) {
        guard let identifierClass = IdentifierClass(rawValue: Int(evidence.class_.rawValue)) else { return nil }
        self.init(
            identifierClass: identifierClass, identifiers: Int(clamping: evidence.identifiers),
            accounts: Int(clamping: evidence.accounts), largest: Int(clamping: evidence.largest),
            outside: Int(clamping: evidence.outside))
    }
}

extension CampaignPage.Day {
    fileprivate init(_ day: Stillwatch__V1__CampaignDay) {
        self.init(startMs: Int64(bitPattern: day.start_ms))
        (joined, banned) = (Int(clamping: day.joined), Int(clamping: day.banned))
        exchanges = day.exchanges
    }
}

extension CampaignPage.Member {
    fileprivate init(_ member: Stillwatch__V1__CampaignMember) {
        let classes = UnsafeBufferPointer(
            start: member.shared_classes, count: member.shared_classes == nil ? 0 : member.n_shared_classes)
        self.init(
            account: Reference(member.account_ref.array), joinedMs: Int64(bitPattern: member.joined_ms),
            firstSeenMs: Int64(bitPattern: member.first_seen_ms), lastSeenMs: Int64(bitPattern: member.last_seen_ms),
            verdict: Label.Verdict(rawValue: Int(member.verdict.rawValue)), exchanges: member.exchanges,
            sharedClasses: classes.compactMap { IdentifierClass(rawValue: Int($0.rawValue)) })
    }
}

/// A cluster's name in a reply.
func clusterID(_ pointer: UnsafePointer<CChar>?, path: String) throws(StatusError) -> ClusterID {
    try readClusterID(text(pointer), path: path)
}

private func readClusterID(_ name: String, path: String) throws(StatusError) -> ClusterID {
    guard let id = ClusterID(name) else { throw unreadable("a cluster's name", "another text", path: path) }
    return id
}
