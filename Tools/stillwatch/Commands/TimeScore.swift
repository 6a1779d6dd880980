import ArgumentParser
import Foundation
import RiskCore
import RiskEngine
import RiskLinkage
import RiskModels
import RiskWire

/// Times the parts of serving a score, one after another inside this process; `Tools/bench score` drives it.
///
/// Hidden, since it measures and answers nothing. It goes through the requests of a file of frames, as a caller would
/// send them, again and again for as long as asked, and prints one JSON object with the mean and the median time of
/// each part. The link state goes on from pass to pass, as a service's does; the first pass is not timed.
struct TimeScore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time-score", abstract: "Times the parts of a score, for Tools/bench.", shouldDisplay: false)

    @Option(help: "The model file.")
    var model: String

    @Option(help: "A file of framed score requests.")
    var requests: String

    @Option(help: "For how long, in seconds.")
    var seconds = 3.0

    func validate() throws {
        guard seconds > 0, seconds <= 3600 else {
            throw ValidationError("--seconds: expected more than 0 and at most 3600, found \(seconds)")
        }
    }

    func run() throws {
        let payloads = try Self.payloads(requests)
        var parts = try ScoreParts(try Files.servableModel(model))
        for payload in payloads { try parts.serve(payload) }
        parts.forgetTimes()
        let clock = ContinuousClock()
        let start = clock.now
        repeat {
            for payload in payloads { try parts.serve(payload) }
        } while clock.now - start < .seconds(seconds)
        JSONOutput.send(try JSONOutput.line(parts.object))
    }

    private static func payloads(_ path: String) throws -> [[UInt8]] {
        let bytes = try Files.read(path)
        var payloads: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let outcome = bytes.withUnsafeBytes {
                FrameScanner.scan(
                    UnsafeRawBufferPointer(rebasing: $0[start...]), payloadByteLimit: WireLimits.framePayloadByteCount)
            }
            guard case .frame(let payload, let frameByteCount) = outcome else {
                throw ToolError("\(path): expected a whole frame at byte \(start), found \(outcome)")
            }
            payloads.append(Array(bytes[start + payload.lowerBound..<start + payload.upperBound]))
            start += frameByteCount
        }
        guard !payloads.isEmpty else { throw ToolError("\(path): expected frames, found none") }
        return payloads
    }
}

/// What serving does with a request, each part by the clock.
private struct ScoreParts {
    private static let names = [
        "decode", "link_state", "features", "margin", "reasons", "answer", "reply", "log_entry",
    ]

    private let servable: ServableModel
    private let extractor: FeatureExtractor
    private let decoder = RequestDecoder()
    private let encoder = ReplyEncoder()
    private let codec = EventLogCodec()
    private var links = LinkState()
    private var scratch = ServableModel.Scratch()
    private var vector: [Double] = []
    private var contributions: [Double] = []
    private var frame: [UInt8] = []
    private var sequence: UInt64 = 0
    private var times = [DurationCounts](repeating: DurationCounts(), count: names.count)
    private var effectCount = 0
    private var checksum = 0.0

    init(_ servable: ServableModel) throws {
        self.servable = servable
        let inputs = try servable.model.document.features.map { feature in
            guard
                let index = FeatureCatalogue.index(name: feature.name, definitionVersion: feature.definitionVersion)
            else {
                throw ToolError("expected a model of the catalogue's features alone, found \(feature.name)")
            }
            return FeatureExtractor.Input.catalogue(index)
        }
        extractor = FeatureExtractor(inputs: inputs)
    }

    mutating func forgetTimes() {
        times = Array(repeating: DurationCounts(), count: Self.names.count)
        effectCount = 0
    }

    mutating func serve(_ payload: [UInt8]) throws {
        var moments: [UInt64] = []
        moments.reserveCapacity(Self.names.count + 1)
        moments.append(Self.now())
        let (id, event) = try decoded(payload)
        moments.append(Self.now())
        let facts = links.apply(event)
        moments.append(Self.now())
        let observation = Observation(event: event, links: facts)
        extractor.extract(observation, into: &vector)
        moments.append(Self.now())
        checksum += servable.model.margin(vector)
        moments.append(Self.now())
        checksum += servable.model.score(vector, contributions: &contributions)
        moments.append(Self.now())
        let answer = servable.answer(observation, alias: "active", scratch: &scratch)
        moments.append(Self.now())
        frame.removeAll(keepingCapacity: true)
        encoder.appendFrame(WireReply(id: id, outcome: .success(.score(answer))), to: &frame)
        moments.append(Self.now())
        sequence += 1
        let logged = LoggedAnswer(
            margin: answer.margin, probability: answer.probability, decision: answer.decision,
            modelDigest: answer.modelDigest)
        let entry = codec.encode(
            LogEntry(commitSequence: sequence, committedAtMs: event.timeMs, content: .scored(event, logged)))
        moments.append(Self.now())
        for part in times.indices { times[part].add(moments[part + 1] - moments[part]) }
        effectCount += answer.links.count { $0.effectIfRemoved != nil } + (answer.cluster == nil ? 0 : 1)
        checksum += Double(frame.count + entry.count)
    }

    /// The means and medians. An answer works features and reasons out once more, so what is left of its mean is what
    /// grouping, evidence and effects take.
    var object: [String: Any] {
        let means = Dictionary(uniqueKeysWithValues: zip(Self.names, times.map(\.meanUs)))
        let medians = Dictionary(uniqueKeysWithValues: zip(Self.names, times.map { $0.quantileUs(0.5) }))
        let count = times[0].count
        return [
            "requests": count, "mean_us": means, "p50_us": medians,
            "effects_per_request": Double(effectCount) / Double(max(1, count)),
            // Printed so that no call can be left out as unused.
            "checksum": checksum,
        ]
    }

    private func decoded(_ payload: [UInt8]) throws -> (id: UInt64, AccountEvent) {
        let (id, decoded) = payload.withUnsafeBytes(decoder.decode)
        switch decoded {
        case .success(let request):
            guard case .score(let call) = request.method else {
                throw ToolError("request \(id): expected a score, found \(request.method)")
            }
            return (id, try call.event.builder.build())
        case .failure(let error):
            throw ToolError("request \(id) was refused: \(error)")
        }
    }

    private static func now() -> UInt64 { ClockReading.nanoseconds(CLOCK_MONOTONIC) }
}
