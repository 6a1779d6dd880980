/// Adds up how long each phase of a job takes, from what it tells of its progress.
final class PhaseClock {
    private let clock = ContinuousClock()
    private var start: ContinuousClock.Instant
    private var current = "preparing"
    private var totals: [(phase: String, time: Duration)] = []

    init() { start = clock.now }

    /// Hears that a phase goes on or, if it is another one than before, begins.
    func tell(_ phase: String) {
        // A path or the like behind the first word is not part of a phase's name.
        let word = phase.hasPrefix("reading ") ? "reading" : phase
        if word != current { change(to: word) }
    }

    /// Ends the last phase.
    func stop() { change(to: current) }

    /// The phases in the order they began first, with their seconds.
    var seconds: [(phase: String, seconds: Double)] {
        totals.map { ($0.phase, Double($0.time.components.seconds) + Double($0.time.components.attoseconds) * 1e-18) }
    }

    private func change(to phase: String) {
        let now = clock.now
        let time = now - start
        if let index = totals.firstIndex(where: { $0.phase == current }) {
            totals[index].time += time
        } else {
            totals.append((current, time))
        }
        (start, current) = (now, phase)
    }
}
