import RiskCore
import TestSupport
import Testing

@testable import RiskEventLog

private func decode(_ text: String, isLenient: Bool = false) throws(FieldError) -> EventJSON.Decoded {
    try EventJSON.decode(Array(text.utf8)[...], isLenient: isLenient)
}

/// A small line with something put into it.
private func line(_ more: String = "") -> String {
    #"{"event_type":"signup","event_time_ms":1,"account_ref":"a"\#(more.isEmpty ? "" : "," + more)}"#
}

@Suite struct EventJSONTests {
    @Test func eventsReadBackAsTheyWere() throws {
        for seed in 1...400 as ClosedRange<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let event = try randomEvent(&generator, filled: seed % 4 == 0)
            let bytes = EventJSON.encode(event)
            #expect(!bytes.contains(UInt8(ascii: "\n")))
            let decoded = try EventJSON.decode(bytes[...])
            #expect(decoded.event.raw.isEmpty)
            let again = try decoded.event.builder.build()
            #expect(again == event, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            #expect(EventJSON.encode(again) == bytes, "seed \(seed)")
        }
    }

    @Test func aLineWrittenByHandIsReadAndWrittenTheSame() throws {
        let text =
            #"{"event_type":"usage","event_time_ms":1762086400000,"account_ref":"a1","org_ref":"o1","#
            + #""signup":{"account_age_s":86400,"email_localpart_entropy":2.61,"device_ref":"d77"},"#
            + #""payment":{"instrument_kind":"card","is_virtual_card":false,"paid_usd_30d":20},"#
            + #""usage":{"requests_24h":14,"limit_utilisation_p50":0.05,"active_dow_hist":[0,0,0.5,0.5,0,0,0],"#
            + #""prefix_minhash":["p1","p2"],"exchanges_total":9007199254740991},"#
            + #""intel":{"links":[{"class":"device","accounts_1d":2,"source":"partner"}],"#
            + #""partner_hits":[{"class":"asn","confidence":0.25}]},"#
            + #""raw":{"email":"keyed:AQI=","phone":"keyed:Aw=="},"custom":{"zz":1.5,"aa":"text"}}"#
        let event = try decode(text).event.builder.build()
        #expect(String(decoding: EventJSON.encode(event), as: UTF8.self) == text)
        #expect(event.number(.exchangesTotal) == 9007199254740991)
        #expect(event.emailReference == Reference([1, 2], namespace: .serverKeyed))
        #expect(event.custom.map(\.name) == ["zz", "aa"])
    }

    @Test func wholeNumbersMayHaveAPointAndNullIsMissing() throws {
        let event = try decode(line(#""org_ref":null,"signup":{"account_age_s":5.0,"ip_type":null},"usage":null"#))
            .event.builder.build()
        #expect(event.number(.accountAgeS) == 5)
        #expect(event.number(.ipType).isNaN)
        #expect(event.organisation == event.account)
    }

    @Test func rawValuesComeBesideTheEvent() throws {
        let decoded = try decode(line(#""raw":{"email":"a@x.org","user_agent":"u/1","phone":"keyed:AQ=="}"#))
        #expect(decoded.event.raw[.email] == "a@x.org")
        #expect(decoded.event.raw[.userAgent] == "u/1")
        #expect(decoded.event.raw[.phone] == nil)
    }

    @Test(arguments: [
        ("", "", FieldError.Code.malformed), ("{", "", .malformed), ("[]", "", .malformed), ("7", "", .malformed),
        ("{} {}", "", .malformed), ("{'a':1}", "", .malformed), (line() + ",", "", .malformed),
        (line(#""foo":1"#), "foo", .unknownField), (line(#""signup":{"foo":1}"#), "signup.foo", .unknownField),
        (line(#""raw":{"ssn":"1"}"#), "raw.ssn", .unknownField), (line(#""intel":{"x":1}"#), "intel.x", .unknownField),
        (line(#""intel":{"links":[{"class":"asn","n":1}]}"#), "intel.links[0].n", .unknownField),
        (line(#""contract_class":"vip""#), "contract_class", .unknownWord),
        (line(#""intel":{"links":[{"class":"asn"},{"class":"x"}]}"#), "intel.links[1].class", .unknownWord),
        (line(#""intel":{"links":[{"banned":1}]}"#), "intel.links[0].class", .missing),
        (line(#""intel":{"links":[{"class":"asn","source":"x"}]}"#), "intel.links[0].source", .unknownWord),
        (line(#""intel":{"links":[{"class":"asn","banned":1.5}]}"#), "intel.links[0].banned", .outOfRange),
        (line(#""intel":{"links":[7]}"#), "intel.links[0]", .wrongType),
        (
            line(#""intel":{"partner_hits":[{"class":"asn","confidence":2}]}"#), "intel.partner_hits[0].confidence",
            .outOfRange
        ),
        (line(#""org_ref":7"#), "org_ref", .wrongType), (line(#""org_ref":"""#), "org_ref", .wrongLength),
        (line(#""org_ref":"keyed:AQ==""#), "org_ref", .malformed),
        (line(#""org_ref":"base64:*""#), "org_ref", .malformed),
        (line(#""org_ref":"\#(String(repeating: "é", count: 33))""#), "org_ref", .wrongLength),
        (line(#""signup":[1]"#), "signup", .wrongType),
        (line(#""signup":{"ip_type":3}"#), "signup.ip_type", .wrongType),
        (line(#""signup":{"account_age_s":"5"}"#), "signup.account_age_s", .wrongType),
        (line(#""signup":{"account_age_s":true}"#), "signup.account_age_s", .wrongType),
        (line(#""signup":{"account_age_s":5.5}"#), "signup.account_age_s", .outOfRange),
        (line(#""signup":{"account_age_s":-1}"#), "signup.account_age_s", .outOfRange),
        (line(#""signup":{"account_age_s":9007199254740992}"#), "signup.account_age_s", .outOfRange),
        (line(#""signup":{"account_age_s":9007199254740993}"#), "signup.account_age_s", .outOfRange),
        (line(#""signup":{"account_age_s":99999999999999999999}"#), "signup.account_age_s", .outOfRange),
        (line(#""signup":{"proxy_confidence":1.5}"#), "signup.proxy_confidence", .outOfRange),
        (line(#""payment":{"is_virtual_card":1}"#), "payment.is_virtual_card", .wrongType),
        (line(#""payment":{"instrument_ref":"4111 1111 1111 1111"}"#), "payment.instrument_ref", .cardNumber),
        (line(#""usage":{"active_dow_hist":[1,0]}"#), "usage.active_dow_hist", .wrongLength),
        (line(#""usage":{"active_dow_hist":[1,0,0,0,0,0,"0"]}"#), "usage.active_dow_hist[6]", .wrongType),
        (line(#""usage":{"active_dow_hist":[1,1,0,0,0,0,0]}"#), "usage.active_dow_hist", .wrongSum),
        (
            line(#""usage":{"prefix_minhash":["1","2","3","4","5","6","7","8","9"]}"#), "usage.prefix_minhash[8]",
            .tooMany
        ),
        (line(#""custom":{"Name":1}"#), "custom", .malformed),
        (line(#""custom":{"name":[1]}"#), "custom.name", .wrongType),
        (line(#""custom":{"name":true}"#), "custom.name", .wrongType),
        (line(#""raw":{"email":7}"#), "raw.email", .wrongType),
        (line(#""raw":{"email":"keyed:?"}"#), "raw.email", .malformed),
        (line(#""org_ref":"x","org_ref":"x""#), "org_ref", .conflict),
        (line(#""signup":{"device_ref":"1","device_re\u0066":"1"}"#), "signup.device_ref", .conflict),
        (line(#""custom":{"n":1,"n":2}"#), "custom.n", .conflict),
    ])
    func whatBreaksTheContractIsNamed(text: String, path: String, code: FieldError.Code) throws {
        let error = #expect(throws: FieldError.self) { try decode(text).event.builder.build() }
        #expect(error?.path == path)
        #expect(error?.code == code)
    }

    @Test(arguments: ["event_type", "event_time_ms", "account_ref"])
    func whatIsRequiredIsNamed(name: String) throws {
        let text = line().replacing("\"\(name)\"", with: "\"org_ref\"")
        let fixed =
            name == "account_ref"
            ? text
            : line().split(separator: ",").filter { !$0.contains(name) }
                .joined(separator: ",")
        let body = fixed.hasPrefix("{") ? fixed : "{" + fixed
        let error = #expect(throws: FieldError.self) { try decode(body).event.builder.build() }
        #expect(error?.path == name)
        #expect(error?.code == .missing)
    }

    @Test func bytesThatAreNoTextAreRefused() {
        let bytes = Array(line(#""org_ref":"x""#).utf8).map { $0 == UInt8(ascii: "x") ? 0xff : $0 }
        let error = #expect(throws: FieldError.self) { try EventJSON.decode(bytes[...]) }
        #expect(error?.code == .malformed)
    }

    @Test func leniencyLeavesUnknownFieldsAndWordsOutAndNothingElse() throws {
        let text = line(
            #""foo":{"bar":[1,{"bar":2,"x":"}"}]},"contract_class":"vip","#
                + #""signup":{"x":1,"ip_type":"moon","device_ref":"d"},"#
                + #""intel":{"links":[{"class":"moon"},{"class":"asn","source":"s","y":0}],"z":1},"raw":{"ssn":"1"}"#)
        let decoded = try decode(text, isLenient: true)
        #expect(
            decoded.dropped.sorted() == [
                "contract_class", "foo", "intel.links[].class", "intel.links[].source", "intel.links[].y", "intel.z",
                "raw.ssn", "signup.ip_type", "signup.x",
            ])
        let event = try decoded.event.builder.build()
        #expect(event.reference(.deviceRef) == Reference("d"))
        #expect(event.intelLinks == [IntelLink(.asn)])
        #expect(throws: FieldError.self) { try decode(line(#""signup":{"account_age_s":-1}"#), isLenient: true) }
        #expect(throws: FieldError.self) { try decode(line(#""org_ref":"1","org_ref":"2""#), isLenient: true) }
    }

    @Test func damagedLinesNeverCrash() throws {
        var generator = SeededGenerator(seed: 5)
        let whole = EventJSON.encode(try randomEvent(&generator, filled: true))
        for length in 0..<min(whole.count, 1500) {
            #expect(throws: FieldError.self, "length \(length)") { try EventJSON.decode(whole[..<length]) }
        }
        for round in 0..<1500 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            do {
                let event = try EventJSON.decode(bytes[...]).event.builder.build()
                let again = try EventJSON.decode(EventJSON.encode(event)[...]).event.builder.build()
                #expect(again == event, "seed 5, round \(round)")
            } catch {
                #expect(!error.expected.isEmpty, "seed 5, round \(round)")
            }
        }
    }
}
