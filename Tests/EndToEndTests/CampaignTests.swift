import Foundation
import RiskClient
import RiskCore
import RiskWire
import Testing

/// A ring from its first sign-up to its last page.
@Suite(.serialized) struct CampaignTests {
    private static let ring = (0..<25).map { "ring-\($0)" }

    private func signup(_ account: String, at step: Int, device: String, card: String) throws -> IncomingEvent {
        var event = try IncomingEvent.signup(
            account, device: device, timeMs: 1_762_000_000_000 + Int64(step) * 600_000)
        try event.builder.set(.instrumentRef, reference: Reference(card))
        return event
    }

    /// Signs the ring up, and as many honest accounts between them; the last answer of either.
    private func signUpAll(_ client: ScoringClient) async throws -> (ring: ScoreAnswer, honest: ScoreAnswer) {
        var last: (ScoreAnswer, ScoreAnswer)?
        for (index, account) in Self.ring.enumerated() {
            let event = try signup(account, at: index, device: "ring-device", card: "ring-card")
            let member = try await client.send(.score(ScoreCall(event: event))).answer()
            let own = try signup("honest-\(index)", at: index, device: "device-\(index)", card: "card-\(index)")
            last = (member, try await client.send(.score(ScoreCall(event: own))).answer())
        }
        return try #require(last)
    }

    private func members(
        _ client: ScoringClient, _ target: LookupCampaignCall.Target, pageSize: Int
    ) async throws -> (accounts: [String], pageCount: Int) {
        var (accounts, token, pageCount) = ([String](), "", 0)
        repeat {
            let (page, next) = try await client.lookupCampaign(target, pageToken: token, pageSize: pageSize)
            #expect(page.members.count <= pageSize && page.summary.accounts == Self.ring.count)
            accounts += page.members.map { String(decoding: $0.account.bytes, as: UTF8.self) }
            (token, pageCount) = (next, pageCount + 1)
        } while !token.isEmpty && pageCount < 100
        return (accounts, pageCount)
    }

    @Test func aRingIsFoundTakenApartBannedAndCleared() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let client = try await service.connect()
        let last = try await signUpAll(client)
        let cluster = try #require(last.ring.cluster, "the last of the ring is in a cluster")
        #expect(last.honest.cluster == nil && last.honest.links.isEmpty)
        #expect(cluster.accounts == 24 && cluster.organisations == 24 && cluster.labelledBad == 0)
        #expect(cluster.bornMs == 1_762_000_000_000 && cluster.contribution > 0 && cluster.effectIfRemoved > 0)
        #expect(last.ring.link(.device)?.effectIfRemoved != nil && last.ring.link(.device)?.surprise ?? 0 > 10)
        #expect(last.ring.reasons.count { $0.customerText != nil } <= ScoreAnswer.customerReasonLimit)

        for target: LookupCampaignCall.Target in [
            .cluster(cluster.id), .account(Reference(Self.ring[3])), .decision(id: last.ring.decisionID),
        ] {
            let all = try await members(client, target, pageSize: 7)
            #expect(all.accounts == Self.ring && all.pageCount == 4, "every member once, in the order of joining")
        }
        let (page, _) = try await client.lookupCampaign(.cluster(cluster.id))
        #expect(page.evidence.map(\.identifierClass) == [.device, .instrument])
        #expect(page.evidence.allSatisfy { $0.accounts == 25 && $0.largest == 25 && $0.outside == 0 })
        #expect(page.timeline.reduce(0) { $0 + $1.joined } == 25)
        #expect(page.members.allSatisfy { $0.sharedClasses == [.device, .instrument] && $0.verdict == nil })

        try await expectLabelsToTravel(client, cluster.id)
        #expect(try service.metric("stillwatch_link_clusters") == 1)
        #expect(try service.metric("stillwatch_link_clustered_accounts") == 25)
        #expect(try service.metric(#"stillwatch_requests_total{method="lookup_campaign",code="ok"}"#) >= 12)
        try await expectTheToolToTellTheSame(service, cluster.id)
    }

    /// A ban of one raises the others at once; clearing it brings them back to the bit.
    private func expectLabelsToTravel(_ client: ScoringClient, _ cluster: ClusterID) async throws {
        let event = try signup(Self.ring[7], at: 30, device: "ring-device", card: "ring-card")
        func probe() async throws -> ScoreAnswer {
            try await client.send(.score(ScoreCall(event: event, isDryRun: true))).answer()
        }
        func label(_ verdict: Label.Verdict) async throws {
            let call = FeedbackCall(
                target: .account(Reference(Self.ring[0])), verdict: verdict, source: "test",
                knownAtMs: 1_762_000_000_000 + 29 * 600_000)
            _ = try await client.send(.feedback(call)).outcome.get()
        }
        let before = try await probe()
        try await label(.abusive)
        let banned = try await probe()
        #expect(banned.margin > before.margin + 0.1 && banned.cluster?.labelledBad == 1)
        #expect(banned.link(.device)?.labelledBad == 1 && banned.link(.device)?.lastBanMs != nil)
        let (page, _) = try await client.lookupCampaign(.cluster(cluster), pageSize: 1)
        #expect(page.members[0].verdict == .abusive && page.summary.labelledBad == 1)
        try await label(.legitimate)
        let cleared = try await probe()
        #expect(cleared.margin.bitPattern == before.margin.bitPattern && cleared.cluster?.labelledBad == 0)
    }

    private func expectTheToolToTellTheSame(_ service: ServiceProcess, _ cluster: ClusterID) async throws {
        let server = "127.0.0.1:\(service.port)"
        let shown = try Executable.tool("campaigns", "show", "\(cluster)", "--server", server, "--members", "3")
        #expect(shown.contains("\(cluster): 25 accounts of 25 organisations") && shown.contains("and 22 more"))
        let asked = service.folder.path("asked.jsonl")
        try Executable.tool("campaigns", "show", "--account", Self.ring[9], "--server", server, "--out", asked)
        #expect(service.stop() == 0)
        let replayed = service.folder.path("replayed.jsonl")
        let listed = try Executable.tool("campaigns", "--events", service.eventLog, "--out", replayed)
        #expect(listed.split(separator: "\n").count == 2 && listed.contains("\(cluster) "))
        let lines = try String(contentsOfFile: replayed, encoding: .utf8)
        #expect(lines == (try String(contentsOfFile: asked, encoding: .utf8)), "a replay finds the same cluster")
        let types = try lines.split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }.map { $0?["type"] as? String ?? "" }
        #expect(types.count { $0 == "member" } == 25 && types.first == "cluster" && types.contains("evidence"))
        let (status, _, error) = try Executable.run(
            Executable.path("stillwatch"), ["campaigns", "show", "c99", "--events", service.eventLog])
        #expect(status == 1 && error.contains("no such cluster"))
    }

    @Test func lookupsThatFindNothingSayWhy() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let client = try await service.connect()
        let last = try await signUpAll(client)
        let cluster = try #require(last.ring.cluster?.id)
        func refusal(_ target: LookupCampaignCall.Target, token: String = "") async throws -> StatusError {
            try await client.send(.lookupCampaign(LookupCampaignCall(target: target, pageToken: token))).refusal()
        }
        var error = try await refusal(.cluster(ClusterID(99)))
        #expect(error.code == .notFound && error.reason == "CLUSTER_UNKNOWN" && error.path == "cluster_id")
        for account in ["honest-3", "nobody"] {
            error = try await refusal(.account(Reference(account)))
            #expect(error.code == .notFound && error.reason == "ACCOUNT_IN_NO_CLUSTER" && error.path == "account_ref")
        }
        error = try await refusal(.decision(id: last.honest.decisionID))
        #expect(error.code == .notFound && error.reason == "ACCOUNT_IN_NO_CLUSTER" && error.path == "decision_id")
        error = try await refusal(.decision(id: "d9"))
        #expect(error.code == .notFound && error.reason == "DECISION_UNKNOWN")
        error = try await refusal(.cluster(cluster), token: "p1.c1")
        #expect(error.code == .invalidArgument && error.reason == "FIELD_MALFORMED" && error.path == "page_token")
        error = try await refusal(.cluster(cluster), token: "p1.c77.5")
        #expect(error.code == .invalidArgument && error.reason == "FIELD_CONFLICT" && error.path == "page_token")
        // Behind the last member there is nobody.
        let (page, next) = try await client.lookupCampaign(.cluster(cluster), pageToken: "p1.\(cluster).999")
        #expect(page.members.isEmpty && next.isEmpty)
        try await client.close()
        #expect(service.stop() == 0)
    }
}
