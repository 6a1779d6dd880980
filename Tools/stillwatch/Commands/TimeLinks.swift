import ArgumentParser
import Foundation
import RiskCore
import RiskLinkage

/// Times what a request costs in the link state; `Tools/bench links` drives it.
///
/// Hidden, since it measures and answers nothing. It fills a state until it holds the asked number of identifiers,
/// times every request on the way, and prints one JSON object; then another one for each line on standard input, after
/// so many requests to the full state. With `--out` it writes the requests themselves, for others to serve.
struct TimeLinks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "time-links", abstract: "Times the link state, for Tools/bench.", shouldDisplay: false)

    @Option(help: "How many identifiers the state holds.")
    var identifiers = 1_000_000

    @Option(help: "Requests to the full state for each line on standard input.")
    var pass = 200_000

    @Option(help: "Seed of the requests.")
    var seed: UInt64 = 1

    @Option(help: "Do not time: write so many requests with --out.")
    var requests = 0

    @Option(help: "Where requests go: 13 little-endian 64-bit numbers each (account, ms, count, 10 identifiers).")
    var out: String?

    /// Made before the clock starts, so many at a time.
    private static let batch = 512

    func validate() throws {
        guard (1000...1_000_000_000).contains(identifiers) else {
            throw ValidationError("--identifiers: expected 1,000 to 1,000,000,000, found \(identifiers)")
        }
    }

    func run() throws {
        var load = LinkLoad(seed: seed, identifierCount: identifiers)
        if let out {
            try write(&load, to: out)
            return
        }
        let before = try Self.residentBytes()
        var state = LinkState(
            capacity: LinkState.Capacity(accounts: max(1, identifiers / 4), identifiers: identifiers))
        var growth = Timing()
        let progress = ProgressLine()
        while state.counts.identifiers < identifiers {
            try growth.add(Self.batch, of: &load, to: &state)
            progress.tell("filling", Double(state.counts.identifiers) / Double(identifiers))
        }
        try report("growth", growth, state, residentBytes: try Self.residentBytes() - before)
        while readLine() != nil {
            var steady = Timing()
            while steady.wall.count < pass { try steady.add(Self.batch, of: &load, to: &state) }
            try report("steady", steady, state, residentBytes: try Self.residentBytes() - before)
        }
    }

    private func report(_ phase: String, _ timing: Timing, _ state: LinkState, residentBytes: Int) throws {
        let counts = state.counts
        let line = try JSONOutput.line([
            "phase": phase, "requests": timing.wall.count, "identifiers": counts.identifiers,
            "accounts": counts.accounts, "evictions": counts.evictions, "resident_bytes": residentBytes,
            "identifiers_per_request": Double(timing.identifierCount) / Double(max(1, timing.wall.count)),
            "mean_us": timing.wall.meanUs, "p50_us": timing.wall.quantileUs(0.5),
            "p99_us": timing.wall.quantileUs(0.99), "p999_us": timing.wall.quantileUs(0.999),
            "max_us": timing.wall.quantileUs(1), "cpu_mean_us": timing.processor.meanUs,
            "cpu_p999_us": timing.processor.quantileUs(0.999), "cpu_max_us": timing.processor.quantileUs(1),
            // Printed so that no call can be left out as unused.
            "checksum": timing.checksum,
        ])
        JSONOutput.send(line)
    }

    private func write(_ load: inout LinkLoad, to path: String) throws {
        var words: [UInt64] = []
        words.reserveCapacity(13 * requests)
        for _ in 0..<requests {
            let request = load.next()
            let numbers = request.identifiers.map(\.number)
            words += [request.account, UInt64(request.timeMs), UInt64(numbers.count)] + numbers
            words += Array(repeating: 0, count: 10 - numbers.count)
        }
        try Files.write(words.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) }, to: path)
    }

    private static func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        guard let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw ToolError("/proc/self/statm: expected a number of pages, found '\(text)'")
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// What requests took, by the clock and by the processor: others share the machine.
private struct Timing {
    var wall = DurationCounts()
    var processor = DurationCounts()
    var identifierCount = 0
    var checksum = 0.0

    mutating func add(_ count: Int, of load: inout LinkLoad, to state: inout LinkState) throws {
        let requests = (0..<count).map { _ in load.next() }
        let events = try requests.map(LinkLoad.event)
        for event in events {
            let processorBefore = ClockReading.nanoseconds(CLOCK_THREAD_CPUTIME_ID)
            let before = ClockReading.nanoseconds(CLOCK_MONOTONIC)
            let facts = state.apply(event)
            let after = ClockReading.nanoseconds(CLOCK_MONOTONIC)
            processor.add(ClockReading.nanoseconds(CLOCK_THREAD_CPUTIME_ID) - processorBefore)
            wall.add(after - before)
            checksum += facts[.device]?.accounts ?? 0
        }
        identifierCount += requests.reduce(0) { $0 + $1.identifiers.count }
    }
}
