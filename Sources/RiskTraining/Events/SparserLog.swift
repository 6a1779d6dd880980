internal import RiskCore

/// A log as it would have been had every account shared less, gone through beside the log itself.
///
/// A row whose own links alone are cut still sees what its neighbours share with each other: full counts on what is
/// left, the whole cluster. Where a campaign shares less, counts are smaller and clusters fall apart, and that is how
/// rows look here, since the link state saw nothing else. Rhythm alone is cut in the row only, and what is ordinary
/// among others stays as it is: no provider knows a third of its clients' fingerprints.
final class SparserLog {
    private let replay: LogReplay
    private let dropout: IdentifierDropout
    private var latest: ReplayedEvent?

    /// Opens a log.
    ///
    /// - Parameters:
    ///   - path: A directory of segments or one file.
    ///   - labels: Labels that are not in the log, in any order.
    ///   - dropout: What accounts lose.
    /// - Throws: `EventLogError` if there is no log there.
    init(path: String, labels: [Label], dropout: IdentifierDropout) throws {
        replay = try LogReplay(path: path, labels: labels, altering: dropout)
        self.dropout = dropout
    }

    /// What an event would have looked like. Goes through the log up to there, and no further.
    ///
    /// - Parameter event: Of the log itself, later than in the call before, or the same.
    /// - Throws: `EventLogError` where the log is damaged, ``TrainingError`` where it is not what it was.
    func observation(of event: ReplayedEvent) throws -> Observation {
        while latest.map({ $0.commitSequence < event.commitSequence }) ?? true {
            guard let next = try replay.next() else { break }
            latest = next
        }
        guard let latest, latest.commitSequence == event.commitSequence else {
            let found = latest.map { "entry \($0.commitSequence)" } ?? "nothing"
            throw TrainingError(
                .unreadable,
                "event log: expected entry \(event.commitSequence) when read a second time, as it was the first time, "
                    + "found \(found)")
        }
        var links = latest.observation.links
        links.population = dropout.altered(event.observation.links.population, of: event.observation.event)
        return Observation(event: latest.observation.event, links: links)
    }
}
