import RiskCore
import Testing

@testable import RiskWire

/// Requests written byte by byte, as a caller without our client could send them.
@Suite struct RequestRefusalTests {
    /// A score of an event with these fields.
    private func score(event: [UInt8] = [], rest: [UInt8] = [], id: UInt64 = 7) -> [UInt8] {
        field(1, id) + field(10, field(1, event) + rest)
    }

    private func batch(_ items: [[UInt8]]) -> [UInt8] { field(1, 7) + field(11, items.flatMap { field(1, $0) }) }

    /// Expects a refusal and that the id is known all the same.
    private func expect(
        _ reason: String, _ path: String, _ code: StatusCode = .invalidArgument, for bytes: [UInt8],
        at location: SourceLocation = #_sourceLocation
    ) {
        let error = refusal(of: bytes)
        #expect(error?.reason == reason, sourceLocation: location)
        #expect(error?.path == path, sourceLocation: location)
        #expect(error?.code == code, sourceLocation: location)
        #expect(decode(bytes).id == 7, sourceLocation: location)
    }

    @Test func aRequestNeedsAMethod() {
        expect("FIELD_MISSING", "method", for: field(1, 7))
        expect("METHOD_UNKNOWN", "method", .unimplemented, for: field(1, 7) + field(17, []))
        expect("FIELD_UNKNOWN", "#9", for: field(1, 7) + field(9, 1) + field(14, []))
        #expect(refusal(of: field(14, [])) == nil)
        #expect(decode([]).id == 0)
    }

    @Test func unknownFieldsAreRefusedAtEveryLevel() {
        expect("FIELD_UNKNOWN", "#9", for: score(rest: field(9, 1)))
        expect("FIELD_UNKNOWN", "event.#57", for: score(event: field(57, 1)))
        expect("FIELD_UNKNOWN", "signup.#57", for: score(event: field(7, field(57, double: 1))))
        expect(
            "FIELD_UNKNOWN", "intel.links[1].#57", for: score(event: field(10, field(1, []) + field(1, field(57, 1)))))
        expect("FIELD_UNKNOWN", "custom[0].#4", for: score(event: field(12, field(4, "x"))))
        expect("FIELD_UNKNOWN", "#1", for: field(1, 7) + field(14, field(1, 1)))
    }

    @Test func eventFieldsAreRefusedByThePathOfTheContract() {
        expect("FIELD_OUT_OF_RANGE", "signup.proxy_confidence", for: score(event: field(7, field(16, double: 1.5))))
        expect("FIELD_OUT_OF_RANGE", "signup.proxy_confidence", for: score(event: field(7, field(16, double: .nan))))
        expect("FIELD_OUT_OF_RANGE", "usage.requests_1h", for: score(event: field(9, field(1, 1 << 53))))
        expect("FIELD_UNKNOWN_WORD", "event_type", for: score(event: field(1, 4)))
        expect("FIELD_UNKNOWN_WORD", "signup.ip_type", for: score(event: field(7, field(15, .max))))
        expect("FIELD_WRONG_LENGTH", "account_ref", for: score(event: field(3, [])))
        expect("FIELD_WRONG_LENGTH", "usage.active_dow_hist", for: score(event: field(9, field(9, double: 1))))
        expect("FIELD_CARD_NUMBER", "payment.instrument_ref", for: score(event: field(8, field(1, "4111111111111111"))))
        #expect(refusal(of: score(event: field(3, "4111111111111111"))) == nil)
        expect("FIELD_MISSING", "intel.links[0].class", for: score(event: field(10, field(1, []))))
        expect(
            "FIELD_UNKNOWN_WORD", "intel.partner_hits[0].class", for: score(event: field(10, field(2, field(1, 99)))))
        expect("FIELD_MISSING", "event", for: field(1, 7) + field(10, []))
        expect("FIELD_WRONG_LENGTH", "request_id", for: score(rest: field(2, [])))
        expect("FIELD_WRONG_LENGTH", "request_id", for: score(rest: field(2, Array(repeating: 1, count: 65))))
        expect("FIELD_UNKNOWN_WORD", "detail", for: score(rest: field(4, 3)))
    }

    @Test func unspecifiedWordsAreAbsent() throws {
        guard case .score(let call) = try decode(score(event: field(1, 0) + field(7, field(2, 0)))).request.get().method
        else { throw Unexpected("not a score") }
        #expect(call.event.builder.partial == EventBuilder().partial)
    }

    @Test func textHasToBeTextWithoutNUL() {
        for bytes: [UInt8] in [
            [0], [65, 0, 66], [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc3],
        ] {
            expect("FIELD_NOT_TEXT", "raw.email", for: score(event: field(11, field(1, bytes))))
            expect("FIELD_NOT_TEXT", "caller", for: field(1, 7) + field(3, bytes) + field(14, []))
            expect("FIELD_NOT_TEXT", "custom[0].text", for: score(event: field(12, field(1, "a") + field(3, bytes))))
        }
        #expect(refusal(of: score(event: field(12, field(1, "a") + field(3, "zażółć 🙂")))) == nil)
    }

    @Test func everyOtherWireTypeIsRefused() {
        // protobuf-c itself takes a boolean of any wire type.
        expect("FIELD_WRONG_TYPE", "payment.is_virtual_card", for: score(event: field(8, field(4, double: 1))))
        expect("FIELD_WRONG_TYPE", "payment.is_virtual_card", for: score(event: field(8, field(4, [1]))))
        expect("FIELD_WRONG_TYPE", "signup.account_age_s", for: score(event: field(7, field(1, double: 1))))
        expect("FIELD_WRONG_TYPE", "signup", for: score(event: field(7, 1)))
        expect("FIELD_WRONG_TYPE", "usage.active_hour_hist[0]", for: score(event: field(9, field(8, 1))))
        expect("FIELD_WRONG_TYPE", "score", for: field(1, 7) + field(10, 1))
        expect("FIELD_OUT_OF_RANGE", "deadline_ms", for: field(1, 7) + field(2, 1 << 32) + field(14, []))
    }

    @Test func freeTextMayNotPassForACardNumber() {
        let card = "4111 1111 1111 1111"
        expect("FIELD_CARD_NUMBER", "raw.billing_address", for: score(event: field(11, field(6, card))))
        expect("FIELD_CARD_NUMBER", "custom.a", for: score(event: field(12, field(1, "a") + field(3, card))))
        let target = field(1, "x") + field(3, 1)
        expect("FIELD_CARD_NUMBER", "source", for: field(1, 7) + field(13, target + field(4, card)))
        expect("FIELD_CARD_NUMBER", "reason", for: field(1, 7) + field(13, target + field(4, "s") + field(5, card)))
    }

    @Test func feedbackNeedsTargetVerdictAndSource() {
        func feedback(_ content: [UInt8]) -> [UInt8] { field(1, 7) + field(13, content) }
        let (account, verdict, source) = (field(1, "x"), field(3, 1), field(4, "s"))
        #expect(refusal(of: feedback(account + verdict + source)) == nil)
        expect("FIELD_MISSING", "target", for: feedback(verdict + source))
        expect("FIELD_MISSING", "verdict", for: feedback(account + source))
        expect("FIELD_MISSING", "verdict", for: feedback(account + source + field(3, 0)))
        expect("FIELD_UNKNOWN_WORD", "verdict", for: feedback(account + source + field(3, 5)))
        expect("FIELD_MISSING", "source", for: feedback(account + verdict))
        expect("FIELD_WRONG_LENGTH", "source", for: feedback(account + verdict + field(4, "")))
        expect(
            "FIELD_WRONG_LENGTH", "source",
            for: feedback(account + verdict + field(4, String(repeating: "s", count: 65))))
        expect(
            "FIELD_WRONG_LENGTH", "reason",
            for: feedback(account + verdict + source + field(5, String(repeating: "r", count: 513))))
        expect("FIELD_WRONG_LENGTH", "account_ref", for: feedback(field(1, []) + verdict + source))
        expect(
            "FIELD_WRONG_LENGTH", "decision_id",
            for: feedback(field(2, String(repeating: "d", count: 257)) + verdict + source))
        expect("FIELD_OUT_OF_RANGE", "expires_at_ms", for: feedback(account + verdict + source + field(6, .max)))
        expect(
            "FIELD_WRONG_LENGTH", "caller",
            for: field(1, 7) + field(3, String(repeating: "c", count: 65)) + field(14, []))
    }

    @Test func aLookupNeedsATargetAndAPageThatCanBe() throws {
        func lookup(_ content: [UInt8]) -> [UInt8] { field(1, 7) + field(16, content) }
        let cluster = field(1, "c17")
        guard case .lookupCampaign(let call) = try decode(lookup(cluster)).request.get().method else {
            throw Unexpected("not a lookup")
        }
        #expect(call == LookupCampaignCall(target: .cluster(ClusterID(17)), pageToken: "", pageSize: 100))
        expect("FIELD_MISSING", "target", for: lookup([]))
        for name in ["17", "c", "c0", "c017", "C17", "c-1", "c17 ", "c18446744073709551616"] {
            expect("FIELD_MALFORMED", "cluster_id", for: lookup(field(1, name)))
        }
        expect("FIELD_WRONG_LENGTH", "cluster_id", for: lookup(field(1, "")))
        expect("FIELD_WRONG_LENGTH", "cluster_id", for: lookup(field(1, String(repeating: "c", count: 33))))
        expect("FIELD_WRONG_LENGTH", "account_ref", for: lookup(field(2, [])))
        expect("FIELD_WRONG_LENGTH", "account_ref", for: lookup(field(2, Array(repeating: 1, count: 65))))
        expect("FIELD_WRONG_LENGTH", "decision_id", for: lookup(field(3, "")))
        expect("FIELD_WRONG_LENGTH", "page_token", for: lookup(cluster + field(4, String(repeating: "p", count: 65))))
        expect("FIELD_NOT_TEXT", "page_token", for: lookup(cluster + field(4, [0xff])))
        for size: UInt64 in [1, 1000] { #expect(refusal(of: lookup(cluster + field(5, size))) == nil) }
        for size: UInt64 in [0, 1001, UInt64(UInt32.max)] {
            expect("FIELD_OUT_OF_RANGE", "page_size", for: lookup(cluster + field(5, size)))
        }
        expect("FIELD_UNKNOWN", "#6", for: lookup(cluster + field(6, 1)))
    }

    @Test func aBatchKeepsWhatIsSoundInIt() throws {
        let good = field(1, field(3, "a"))
        let bytes = batch([
            good, field(1, field(7, field(57, 1))), field(1, field(1, 9)), good, [],
            field(1, field(11, field(1, [0xff]))),
            field(1, field(60, 1)), good,
        ])
        guard case .scoreBatch(let items) = try decode(bytes).request.get().method else {
            throw Unexpected("not a batch")
        }
        let outcomes = items.map { item in
            switch item {
            case .success: ""
            case .failure(let error): "\(error.reason) \(error.path)"
            }
        }
        #expect(
            outcomes == [
                "", "FIELD_UNKNOWN requests[1].signup.#57", "FIELD_UNKNOWN_WORD requests[2].event_type", "",
                "FIELD_MISSING requests[4].event", "FIELD_NOT_TEXT requests[5].raw.email",
                "FIELD_UNKNOWN requests[6].event.#60", "",
            ])
    }

    @Test func aBatchHasOneToItsLimitOfRequests() {
        let good = field(1, field(3, "a"))
        expect("FIELD_MISSING", "requests", for: batch([]))
        #expect(refusal(of: batch(Array(repeating: good, count: WireLimits.batchCount))) == nil)
        let tooMany = batch(Array(repeating: good, count: WireLimits.batchCount + 1))
        expect("FIELD_TOO_MANY", "requests", for: tooMany)
        #expect(refusal(of: tooMany)?.message == "expected at most 256, found 257")
        expect("FIELD_TOO_MANY", "requests", for: batch(Array(repeating: [], count: 100_000)))
    }

    @Test func brokenBytesAreMalformedWithTheIdThatWasRead() throws {
        expect("MESSAGE_MALFORMED", "", for: field(1, 7) + [0x52, 5, 1])
        expect("MESSAGE_MALFORMED", "event", for: score(event: [0xff]))
        expect("MESSAGE_MALFORMED", "", for: field(1, 7) + [0x53])  // a group
        expect("MESSAGE_MALFORMED", "", for: field(1, 7) + [0x08] + Array(repeating: 0x80, count: 10) + [1])
        expect("MESSAGE_MALFORMED", "usage.active_dow_hist[0]", for: score(event: field(9, field(9, [1, 2, 3]))))
        let whole = try payload(of: RandomRequests.fullScore())
        for count in 0..<whole.count {
            // A cut between fields can leave a whole message, but never one that decodes to the same.
            if case .success(let request) = decode(Array(whole.prefix(count))).request {
                #expect(!isSame(request, try RandomRequests.fullScore()), "\(count) bytes")
            }
        }
    }

    @Test func repeatedFieldsFollowProtobuf() throws {
        let twice = field(1, 1) + field(1, 7) + field(10, field(1, field(3, "a"))) + field(14, [])
        let result = decode(twice)
        #expect(result.id == 7)
        if case .health = try result.request.get().method {} else { Issue.record("the last method wins") }
        let merged = field(1, 7) + field(10, field(1, field(3, "a")) + field(1, field(1, 1) + field(2, 5)))
        guard case .score(let call) = try decode(merged).request.get().method else {
            throw Unexpected("not a score")
        }
        #expect(try call.event.builder.build().account == Reference("a"))
    }

    @Test func aMessageThatUnpacksToTooMuchIsRefusedAsSuch() {
        // Each two bytes become a struct of more than 128 bytes.
        let links = Array(repeating: field(1, []), count: 100_000).flatMap { $0 }
        expect("MESSAGE_TOO_COMPLEX", "", .resourceExhausted, for: score(event: field(10, links)))
    }
}

extension RandomRequests {
    /// A score with every field.
    static func fullScore() throws -> WireRequest {
        var requests = RandomRequests(seed: 1)
        requests.events.density = 1
        return WireRequest(id: 7, deadlineMs: 9, caller: "caller", method: .score(try requests.score()))
    }
}
