import Foundation
import RiskCore
import RiskWire
import Testing

/// Nothing raw stays anywhere: not in replies, logs, metrics or files.
@Suite(.serialized) struct PrivacyTests {
    private static let raw: [RawIdentifiers.Kind: String] = [
        .email: "Margaret.Hamilton+test@mailprobe-example.org", .ip: "203.0.113.197", .phone: "+49 30 7654321",
        .device: "IDFA-6F9619FF-8B86-D011", .userAgent: "ProbeBrowser/9.81 (Secret)",
        .billingAddress: "17 Unfindable Lane, Probeville",
    ]
    private static let card = "4111111111111111"
    /// What must not be found, in lower case; spellings that normalisation makes are among them.
    private static let secrets = [
        "margaret.hamilton", "margarethamilton", "mailprobe-example", "203.0.113", "7654321", "6f9619ff",
        "probebrowser", "unfindable", "probeville", card, "4111 1111", "hidden@mailprobe",
    ]

    private static func event(_ account: String, _ values: [RawIdentifiers.Kind: String]) throws -> IncomingEvent {
        var event = try IncomingEvent.signup(account)
        for (kind, value) in values { try event.raw.set(kind, value) }
        return event
    }

    @Test func rawValuesLeaveNoTrace() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1), arguments: ["--log-level", "trace"])
        let client = try await service.connect()
        var replies: [String] = []
        let whole = try Self.event("a", Self.raw)
        let answered = try await client.send(.score(.detailed(whole))).answer()
        replies.append("\(answered)")
        let second = try await client.send(.score(.detailed(try Self.event("b", Self.raw)))).answer()
        replies.append("\(second)")
        #expect(second.link(.ipPrefix)?.accounts == 1 && second.link(.device)?.accounts == 1, "they do link")
        replies.append("\(try await client.send(.observe(ObserveCall(event: whole))).outcome.get())")
        let third = try await client.send(.score(.detailed(try Self.event("c", Self.raw)))).answer()
        let (campaign, _) = try await client.lookupCampaign(.account(Reference("a")))
        #expect(third.cluster?.id == campaign.summary.id && campaign.members.count == 3, "they are a cluster")
        replies += ["\(third)", "\(campaign)"]

        // Each refusal concerns a value that it must not repeat.
        var both = whole
        try both.builder.set(.deviceRef, reference: Reference("own"))
        let conflict = try await client.send(.score(ScoreCall(event: both))).refusal()
        #expect(conflict.reason == "FIELD_CONFLICT" && conflict.path == "signup.device_ref", "\(conflict)")
        replies.append("\(conflict)")
        for (kind, value) in [
            (RawIdentifiers.Kind.email, "hidden@mailprobe@example.org"), (.ip, "203.0.113.197.4"), (.phone, "7654321x"),
        ] {
            let call = ScoreCall(event: try Self.event("c", [kind: value]))
            let refusal = try await client.send(.score(call)).refusal()
            #expect(refusal.code == .invalidArgument && refusal.path == kind.path, "\(refusal)")
            replies.append("\(refusal)")
        }
        for reply in try await refusedCards(service) { replies.append(reply) }
        for (index, reply) in replies.enumerated() { expectNoSecret(in: reply, "reply \(index)") }
        expectNoSecret(in: try service.page("/metrics"), "the metrics page")
        #expect(service.stop() == 0)
        try expectNoSecretInFiles(service)
        // A restart reads it all again, and a kill leaves what it leaves.
        try service.start()
        service.killHard()
        try expectNoSecretInFiles(service)
    }

    /// Our own builder refuses a card number, so these are sent past it: same length, other digits, then patched.
    private func refusedCards(_ service: ServiceProcess) async throws -> [String] {
        let placeholder = "9999999999999999"
        var payment = try IncomingEvent.signup("d").builder
        try payment.set(.instrumentRef, reference: Reference(placeholder))
        let text = try Self.event("e", [.billingAddress: "Box \(placeholder)"])
        let label = FeedbackCall(
            target: .account(Reference("a")), verdict: .abusive, source: "test", reason: "paid with \(placeholder)")
        let methods: [(WireRequest.Method, path: String)] = [
            (.score(ScoreCall(event: IncomingEvent(builder: payment))), "payment.instrument_ref"),
            (.observe(ObserveCall(event: IncomingEvent(builder: payment))), "payment.instrument_ref"),
            (.score(ScoreCall(event: text)), "raw.billing_address"), (.feedback(label), "reason"),
        ]
        let port = service.port
        let frames = try methods.map { method, _ in
            var frame = try requestFrame(1, method)
            let range = try #require(Data(frame).range(of: Data(placeholder.utf8)))
            frame.replaceSubrange(range, with: Array(Self.card.utf8))
            return frame
        }
        let refusals = try await onThreads(1) { _ in
            let connection = try RawConnection(port: port)
            return try frames.map { frame in
                connection.send(frame)
                return try connection.nextReply()?.refusal()
            }
        }[0]
        for (refusal, (_, path)) in zip(refusals, methods) {
            #expect(refusal?.reason == "FIELD_CARD_NUMBER" && refusal?.path == path, "\(path)")
        }
        return refusals.map { "\(String(describing: $0))" }
    }

    private func expectNoSecretInFiles(_ service: ServiceProcess) throws {
        expectNoSecret(in: service.log, "the log")
        var count = 0
        let paths = FileManager.default.enumerator(atPath: service.folder.path("data"))
        for path in paths?.compactMap({ $0 as? String }) ?? [] {
            guard let bytes = FileManager.default.contents(atPath: service.folder.path("data/\(path)")) else {
                continue
            }
            // Byte for byte: what is no text must not hide any.
            expectNoSecret(in: String(decoding: bytes, as: Unicode.ASCII.self), path)
            count += 1
        }
        #expect(count >= 2, "the event log and the key at least")
    }

    private func expectNoSecret(in text: String, _ place: String) {
        let text = text.lowercased()
        for secret in Self.secrets { #expect(text.contains(secret) == false, "\(secret) in \(place)") }
    }
}
