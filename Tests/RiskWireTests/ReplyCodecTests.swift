import RiskCore
import RiskWire
import TestSupport
import Testing

@Suite struct ReplyCodecTests {
    private func coded(_ reply: WireReply, extra: [UInt8] = []) throws -> WireReply {
        var bytes: [UInt8] = []
        ReplyEncoder().appendFrame(reply, to: &bytes)
        return try decode(Array(bytes.dropFirst(5)) + extra)
    }

    private func decode(_ bytes: [UInt8]) throws -> WireReply {
        try bytes.withUnsafeBytes { bytes in Result { try ReplyDecoder().decode(bytes) } }.get()
    }

    private func answer(seed: UInt64) -> ScoreAnswer {
        var random = SeededGenerator(seed: seed)
        func number() -> Double { Double.random(in: -9...9, using: &random) }
        return ScoreAnswer(
            margin: number(), probability: number(),
            decision: Decision.allCases.randomElement(using: &random) ?? .allow,
            decisionRule: "usage.cap@3", bias: number(),
            residual: seed % 3 == 0 ? nil : number(),
            reasons: ReasonCode.allCases.map { .init(code: $0, contribution: number(), customerText: $0.customerText) },
            links: IdentifierClass.allCases.map { link($0, &random) },
            cluster: seed % 2 == 0 ? nil : cluster(&random), modelDigest: random.bytes(32...32), modelAlias: "défaut",
            missingFeatureCount: 12,
            features: [
                .init(name: "a", value: nil, contribution: 0), .init(name: "b", value: 0, contribution: number()),
            ],
            degraded: ["EVENT_LOG"], commitSequence: random.next(), decisionID: random.word())
    }

    private func link(_ identifierClass: IdentifierClass, _ random: inout SeededGenerator) -> ScoreAnswer.Link {
        var link = ScoreAnswer.Link(identifierClass: identifierClass)
        (link.accounts, link.unrelatedAccounts) = (random.next(), random.next())
        (link.organisations, link.labelledBad) = (random.next(), 3)
        link.firstSeenMs = .random(in: .min ... .max, using: &random)
        link.lastBanMs = Bool.random(using: &random) ? .random(in: .min ... .max, using: &random) : nil
        link.surprise = .random(in: 0...99, using: &random)
        link.contribution = .random(in: -9...9, using: &random)
        link.effectIfRemoved = Bool.random(using: &random) ? .random(in: -9...9, using: &random) : nil
        return link
    }

    private func cluster(_ random: inout SeededGenerator) -> ScoreAnswer.Cluster {
        var cluster = ScoreAnswer.Cluster(id: ClusterID(.random(in: 1 ... .max, using: &random)))
        (cluster.accounts, cluster.organisations, cluster.labelledBad) = (random.next(), random.next(), random.next())
        cluster.bornMs = .random(in: .min ... .max, using: &random)
        cluster.tie = .random(in: 0...99, using: &random)
        cluster.contribution = .random(in: -9...9, using: &random)
        cluster.effectIfRemoved = .random(in: -9...9, using: &random)
        return cluster
    }

    @Test func everyReplyComesBackAsItWas() throws {
        let error = StatusError(.alreadyExists, reason: "R", message: "expected é", path: "p")
        var info = ServerInfo()
        (info.version, info.modelDigest, info.modelAlias, info.commitSequence) = ("1", [1, 2], "m", 3)
        (info.uptimeS, info.maxFrameByteCount, info.maxBatchCount, info.customNames) = (4, 5, 6, ["a", "b"])
        (info.accountCount, info.identifierCount) = (7, 8)
        let bodies: [WireReply.Body] = [
            .score(answer(seed: 1)),
            .scoreBatch([.success(answer(seed: 2)), .failure(error), .success(answer(seed: 3))]),
            .observe(commitSequence: .max, degraded: ["A", "B"]), .observe(commitSequence: 0, degraded: []),
            .feedback(commitSequence: 5), .health(.serving), .health(.draining), .serverInfo(info),
            .lookupCampaign(CampaignPage(summary: .init(id: ClusterID(1))), nextPageToken: ""),
        ]
        for (index, body) in bodies.enumerated() {
            let reply = WireReply(id: UInt64(index), outcome: .success(body))
            #expect("\(try coded(reply))" == "\(reply)")
            // A newer server may say more.
            #expect("\(try coded(reply, extra: field(99, "more")))" == "\(reply)")
        }
        for code in StatusCode.allCases where code != .ok {
            let reply = WireReply(id: 1, outcome: .failure(StatusError(code, reason: "R", message: "m")))
            #expect("\(try coded(reply))" == "\(reply)")
        }
    }

    @Test func framesFollowEachOther() throws {
        var bytes: [UInt8] = [9, 9]
        let encoder = ReplyEncoder()
        for id in 1...3 as ClosedRange<UInt64> {
            encoder.appendFrame(WireReply(id: id, outcome: .success(.health(.serving))), to: &bytes)
        }
        var rest = bytes.dropFirst(2)
        for id in 1...3 as ClosedRange<UInt64> {
            guard
                case .frame(let payload, let count) = Array(rest).withUnsafeBytes({
                    FrameScanner.scan($0, payloadByteLimit: 99)
                })
            else { throw Unexpected("no frame") }
            #expect(try decode(Array(Array(rest)[payload])).id == id)
            rest = rest.dropFirst(count)
        }
        #expect(rest.isEmpty)
    }

    @Test func wordsOfANewerServerAreLeftOutVisibly() throws {
        let answer =
            field(3, 1) + field(6, field(1, "FROM_THE_FUTURE")) + field(6, field(1, "USE_GRADING"))
            + field(7, field(1, 99)) + field(12, "EVENT_LOG")
        guard case .success(.score(let score)) = try decode(field(1, 1) + field(2, []) + field(10, answer)).outcome
        else { throw Unexpected("another outcome") }
        #expect(score.reasons.map(\.code) == [.useGrading] && score.links.isEmpty)
        #expect(score.degraded == ["EVENT_LOG", ReplyDecoder.unknownReason, ReplyDecoder.unknownLink])
        guard case .failure(let error) = try decode(field(2, field(1, 77) + field(2, "NEW"))).outcome else {
            throw Unexpected("another outcome")
        }
        #expect(error.code == .unknown && error.reason == "NEW")
    }

    @Test func whatIsNoReplyIsRefused() {
        for bytes in [
            [], field(1, 1), field(2, []), field(2, []) + field(10, field(3, 9)), [0xff], field(2, field(2, [0xff])),
        ] {
            #expect(throws: StatusError.self) { try decode(bytes) }
        }
    }

    @Test func mutatedRepliesNeverCrash() {
        var bytes: [UInt8] = []
        ReplyEncoder().appendFrame(WireReply(id: 1, outcome: .success(.score(answer(seed: 4)))), to: &bytes)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            var mutant = Array(bytes.dropFirst(5))
            for _ in 0..<3 {
                mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? decode(mutant)
        }
    }
}
