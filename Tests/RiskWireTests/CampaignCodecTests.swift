import RiskCore
import TestSupport
import Testing

@testable import RiskWire

/// Pages of campaigns on the wire.
@Suite struct CampaignCodecTests {
    private func frame(_ page: CampaignPage, token: String) -> [UInt8] {
        var bytes: [UInt8] = []
        let reply = WireReply(id: 1, outcome: .success(.lookupCampaign(page, nextPageToken: token)))
        ReplyEncoder().appendFrame(reply, to: &bytes)
        return bytes
    }

    private func decode(_ bytes: [UInt8]) throws -> WireReply {
        try bytes.withUnsafeBytes { bytes in Result { try ReplyDecoder().decode(bytes) } }.get()
    }

    private func coded(_ page: CampaignPage, token: String) throws -> (page: CampaignPage, token: String) {
        let bytes = Array(frame(page, token: token).dropFirst(WireLimits.frameHeaderByteCount))
        guard case .lookupCampaign(let page, let token) = try decode(bytes).outcome.get() else {
            throw Unexpected("not a page")
        }
        return (page, token)
    }

    /// A page of these sizes, with every number as large as it comes.
    private func page(members: Int, days: Int, merged: Int, seed: UInt64) -> CampaignPage {
        var random = SeededGenerator(seed: seed)
        func time() -> Int64 { .random(in: .min ... .max, using: &random) }
        func count() -> Int { .random(in: 0...Int.max, using: &random) }
        var page = CampaignPage(summary: .init(id: ClusterID(.max)))
        page.summary.mergedIDs = (0..<merged).map { ClusterID(.max - UInt64($0)) }
        (page.summary.bornMs, page.summary.lastSeenMs) = (time(), time())
        (page.summary.accounts, page.summary.organisations) = (count(), count())
        (page.summary.labelledBad, page.summary.verified, page.summary.exchanges) = (count(), count(), 2.5e12)
        page.summary.synchrony = Bool.random(using: &random) ? 0.25 : nil
        page.summary.templateShare = Bool.random(using: &random) ? 0 : nil
        page.evidence = IdentifierClass.allCases.map {
            .init(identifierClass: $0, identifiers: count(), accounts: count(), largest: count(), outside: count())
        }
        page.timeline = (0..<days).map { _ in
            var day = CampaignPage.Day(startMs: time())
            (day.joined, day.banned, day.exchanges) = (count(), count(), .random(in: 0...1e9, using: &random))
            return day
        }
        page.members = (0..<members).map { _ in
            .init(
                account: Reference(random.bytes(64...64)), joinedMs: time(), firstSeenMs: time(), lastSeenMs: time(),
                verdict: (Label.Verdict.allCases + [nil]).randomElement(using: &random) ?? nil,
                exchanges: .random(in: 0...1e12, using: &random),
                sharedClasses: IdentifierClass.allCases.filter { _ in Bool.random(using: &random) })
        }
        return page
    }

    @Test func everyPageComesBackAsItWas() throws {
        for seed in 1...30 as ClosedRange<UInt64> {
            let sent = page(members: Int(seed % 7), days: Int(seed % 5), merged: Int(seed % 3), seed: seed)
            let token = seed % 2 == 0 ? "" : "p1.c17.\(seed)"
            let came = try coded(sent, token: token)
            #expect(came.page == sent && came.token == token, "seed \(seed)")
        }
    }

    @Test func theLargestPageFitsAFrameAndKeepsWhatIsLatest() throws {
        let sent = page(members: CampaignPage.memberLimit, days: 5000, merged: 5000, seed: 1)
        let bytes = frame(sent, token: String(repeating: "p", count: WireLimits.pageTokenByteCount))
        #expect(bytes.count < WireLimits.replyPayloadByteCount / 4, "\(bytes.count) bytes")
        let came = try coded(sent, token: "").page
        #expect(came.members == sent.members)
        #expect(came.timeline == sent.timeline.suffix(WireLimits.campaignDayCount))
        #expect(came.summary.mergedIDs == sent.summary.mergedIDs.suffix(WireLimits.campaignMergedCount))
    }

    @Test func classesOfANewerServerAreLeftOutAndNonsenseIsRefused() throws {
        let summary = field(1, field(1, "c3"))
        func reply(_ content: [UInt8]) -> [UInt8] { field(1, 1) + field(2, []) + field(16, content) }
        let member = field(4, field(1, "a") + field(7, [1, 99, 3]) + field(5, 77))
        guard
            case .lookupCampaign(let page, _) = try decode(
                reply(summary + field(2, field(1, 99)) + member + field(99, 1))
            ).outcome.get()
        else { throw Unexpected("not a page") }
        #expect(page.evidence.isEmpty)
        #expect(page.members.map(\.sharedClasses) == [[.device, .billingAddr]] && page.members[0].verdict == nil)
        for content in [[], field(1, []), field(1, field(1, "17")), field(1, field(1, "c3") + field(2, "x"))] {
            #expect(throws: StatusError.self) { try decode(reply(content)) }
        }
    }

    @Test func mutatedPagesNeverCrash() {
        let bytes = frame(page(members: 3, days: 2, merged: 2, seed: 3), token: "p1.c1.3")
        var random = SeededGenerator(seed: 6)
        for _ in 0..<5_000 {
            var mutant = Array(bytes.dropFirst(WireLimits.frameHeaderByteCount))
            for _ in 0..<3 {
                mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? decode(mutant)
        }
    }
}
