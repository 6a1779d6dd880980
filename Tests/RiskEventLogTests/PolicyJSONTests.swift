import RiskCore
import RiskEventLog
import Testing

@Suite struct PolicyJSONTests {
    private func decode(_ text: String) throws -> OperatorPolicy {
        try PolicyJSON.decode(Array(text.utf8), file: "policy.json")
    }

    @Test func aPolicyIsRead() throws {
        let digest = (0..<32).map { UInt8($0 * 7) }
        let text = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let policy = try decode(
            """
            {"version": 7, "model": "\(text)",
             "rules": [{"event_type": "usage", "decision": "step_up", "margin": -2.5},
                       {"decision": "review", "probability": 0.9, "event_type": null}]}
            """)
        #expect(policy.version == 7 && policy.modelDigest == digest)
        #expect(
            policy.rules == [
                OperatorPolicy.Rule(eventType: .usage, decision: .stepUp, threshold: .margin(-2.5)),
                OperatorPolicy.Rule(decision: .review, threshold: .probability(0.9)),
            ])
        #expect(try decode(#"{"version":1,"rules":[{"decision":"cap","margin":1}]}"#).modelDigest == nil)
    }

    @Test(arguments: [
        ("", "", "one JSON object"), ("[]", "", "one JSON object"), (#"{"version":1"#, "", "one JSON object"),
        (#"{"rules":[]}"#, "version", "a whole number"),
        (#"{"version":1.5,"rules":[]}"#, "version", "found 1.5"),
        (#"{"version":"1","rules":[]}"#, "version", "found text"),
        (#"{"version":0,"rules":[{"decision":"cap","margin":1}]}"#, "version", "found 0"),
        (#"{"version":1}"#, "rules", "found nothing"), (#"{"version":1,"rules":[]}"#, "rules", "at least one"),
        (#"{"version":1,"rules":{}}"#, "rules", "a list"), (#"{"version":1,"rules":[1]}"#, "rules[0]", "an object"),
        (#"{"version":1,"rules":[],"colour":1}"#, "colour", "unknown name"),
        (#"{"version":1,"model":"ab","rules":[]}"#, "model", "64 hexadecimal digits"),
        (#"{"version":1,"model":7,"rules":[]}"#, "model", "found a number"),
        (#"{"version":1,"rules":[{"decision":"cap","margin":1,"share":2}]}"#, "rules[0].share", "unknown name"),
        (#"{"version":1,"rules":[{"margin":1}]}"#, "rules[0].decision", "found nothing"),
        (#"{"version":1,"rules":[{"decision":"ban","margin":1}]}"#, "rules[0].decision", "found \"ban\""),
        (#"{"version":1,"rules":[{"decision":"allow","margin":1}]}"#, "rules[0].decision", "below all thresholds"),
        (
            #"{"version":1,"rules":[{"decision":"cap","margin":1,"event_type":"login"}]}"#, "rules[0].event_type",
            "found \"login\""
        ),
        (#"{"version":1,"rules":[{"decision":"cap"}]}"#, "rules[0]", "found neither"),
        (#"{"version":1,"rules":[{"decision":"cap","margin":1,"probability":0.5}]}"#, "rules[0]", "found both"),
        (#"{"version":1,"rules":[{"decision":"cap","probability":1}]}"#, "rules[0].probability", "below 1"),
        (#"{"version":1,"rules":[{"decision":"cap","margin":"1"}]}"#, "rules[0].margin", "found text"),
        (
            #"{"version":1,"rules":[{"decision":"cap","margin":1},{"decision":"cap","margin":2}]}"#, "rules[1]",
            "another in rules[0]"
        ),
        (#"{"version":1,"version":2,"rules":[{"decision":"cap","margin":1}]}"#, "version", "found two"),
        (#"{"version":1,"rules":[{"decision":"cap","margin":1,"margin":2}]}"#, "rules.margin", "found two"),
    ])
    func whatIsWrongIsNamed(text: String, path: String, words: String) {
        let error = #expect(throws: JSONLinesError.self) { try decode(text) }
        #expect(error?.path == path, "\(text): \(error as Any)")
        #expect(error?.description.hasPrefix("policy.json: ") == true)
        #expect(error?.message.contains("expected ") == true)
        #expect(error?.message.contains(words) == true, "\(text): \(error as Any)")
    }

    @Test func aFileOfAnySizeIsNotParsed() {
        let text = #"{"version":1,"rules":[{"decision":"cap","margin":1}]}"# + String(repeating: " ", count: 70_000)
        let error = #expect(throws: JSONLinesError.self) { try decode(text) }
        #expect(error?.message.contains("65536") == true)
    }
}
