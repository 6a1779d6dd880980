import Foundation

/// Adds up how long each phase of a job takes, from what it tells of its progress.
final class PhaseClock {
    /// One phase's time.
    struct Phase {
        let name: String
        /// Seconds that passed.
        var seconds = 0.0
        /// Seconds of all of the process's threads on a processor.
        var cpuSeconds = 0.0
    }

    /// The phases in the order they began first.
    private(set) var phases: [Phase] = []
    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant
    private var cpuStart = PhaseClock.cpuSeconds
    private var current = "preparing"

    init() { start = clock.now }

    /// Hears that a phase goes on or, if it is another one than before, begins.
    func tell(_ phase: String) {
        // A path behind the first word is not part of a phase's name.
        let name = phase.hasPrefix("reading ") ? "reading" : phase
        if name != current { change(to: name) }
    }

    /// Ends the last phase.
    func stop() { change(to: current) }

    private func change(to name: String) {
        let (now, cpuNow) = (clock.now, Self.cpuSeconds)
        let time = (now - start).components
        let index = phases.firstIndex { $0.name == current } ?? phases.count
        if index == phases.count { phases.append(Phase(name: current)) }
        phases[index].seconds += Double(time.seconds) + Double(time.attoseconds) * 1e-18
        phases[index].cpuSeconds += cpuNow - cpuStart
        (start, cpuStart, current) = (now, cpuNow, name)
    }

    private static var cpuSeconds: Double { Double(ClockReading.nanoseconds(CLOCK_PROCESS_CPUTIME_ID)) * 1e-9 }
}
