import RiskWire
import Testing

@Suite struct AdminCodecTests {
    private let codec = AdminCodec()

    private func decode(_ bytes: [UInt8]) -> (id: UInt64, request: Result<AdminRequest, StatusError>) {
        bytes.withUnsafeBytes { codec.decodeRequest($0) }
    }

    private func refusal(_ bytes: [UInt8]) -> String? {
        if case .failure(let error) = decode(bytes).request {
            "\(error.code) \(error.reason) \(error.path)"
        } else {
            nil
        }
    }

    @Test func everyRequestComesBackAsItWas() throws {
        let digest = Array(repeating: UInt8(0xab), count: 32)
        let methods: [AdminRequest.Method] = [
            .listModels, .stageModel(path: "/models/é.swm"), .promoteModel(digest: digest), .rollbackModel, .drain,
        ]
        for (index, method) in methods.enumerated() {
            let request = AdminRequest(id: UInt64(index), method: method)
            var bytes: [UInt8] = []
            try codec.appendFrame(request, to: &bytes)
            #expect(try decode(Array(bytes.dropFirst(5))).request.get() == request)
        }
    }

    @Test func everyReplyComesBackAsItWas() throws {
        let model = ModelInfo(
            digest: [1, 2], role: .staged, name: "n", kind: "logistic", path: "/p", sinceMs: -1, featureCount: 3)
        var active = model
        active.role = .active
        let outcomes: [Result<AdminReply.Body, StatusError>] = [
            .success(.listModels([])), .success(.listModels([active, model])), .success(.stageModel(model)),
            .success(.promoteModel(model)), .success(.rollbackModel(model)), .success(.drain),
            .failure(StatusError(.failedPrecondition, reason: "R", message: "m")),
        ]
        for outcome in outcomes {
            var bytes: [UInt8] = []
            codec.appendFrame(AdminReply(id: 9, outcome: outcome), to: &bytes)
            let payload = Array(bytes.dropFirst(5))
            let reply = try payload.withUnsafeBytes { bytes in Result { try codec.decodeReply(bytes) } }.get()
            #expect(reply.id == 9)
            #expect("\(reply.outcome)" == "\(outcome)")
        }
    }

    @Test func whatIsNoRequestIsRefused() {
        #expect(refusal(field(1, 7)) == "invalidArgument FIELD_MISSING method")
        #expect(refusal(field(1, 7) + field(15, [])) == "unimplemented METHOD_UNKNOWN method")
        #expect(refusal(field(1, 7) + field(3, [])) == "invalidArgument FIELD_UNKNOWN #3")
        #expect(refusal(field(14, field(1, 1))) == "invalidArgument FIELD_UNKNOWN #1")
        #expect(refusal(field(11, [])) == "invalidArgument FIELD_WRONG_LENGTH path")
        #expect(refusal(field(11, field(1, "a\0b"))) == "invalidArgument FIELD_NOT_TEXT path")
        #expect(
            refusal(field(11, field(1, String(repeating: "a", count: 4097))))
                == "invalidArgument FIELD_WRONG_LENGTH path")
        #expect(refusal(field(12, field(1, [1, 2]))) == "invalidArgument FIELD_WRONG_LENGTH digest")
        #expect(refusal([0xff]) == "invalidArgument MESSAGE_MALFORMED ")
        #expect(decode(field(1, 7) + [0xff]).id == 7)
    }
}
