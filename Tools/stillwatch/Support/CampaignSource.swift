import RiskClient
import RiskCore
import RiskEngine
import RiskEventLog
import RiskLinkage
import RiskWire

/// Where campaigns are looked up: a running service, or the links that a log leaves behind.
enum CampaignSource {
    case service(ScoringClient)
    case log(LinkState)

    /// Reads a log to its end. Labels of a file come in when they became known, and those left over at the end.
    ///
    /// - Parameters:
    ///   - events: A directory of segments or one file.
    ///   - labels: A labels CSV; nil: only what the log itself says.
    static func read(events: String, labels: String?) throws -> LinkState {
        let rows = try labels.map { try LabelsFile.read(path: $0) } ?? []
        var schedule = LabelSchedule(rows.map(\.label))
        let reader = try EventLogReader(path: events)
        let progress = ProgressLine()
        var replay: LinkReplay?
        while let entry = try reader.next() {
            var state = replay.take() ?? LinkReplay(capacity: capacity(of: entry), prunedThrough: reader.prunedThrough)
            switch entry.content {
            case .scored(let event, _), .observed(let event):
                for label in schedule.due(atMs: event.timeMs) { state.apply(label) }
            case .sessionStarted, .labelled: break
            }
            _ = state.apply(entry)
            replay = state
            progress.tell("replaying", Double(reader.readByteCount) / Double(max(1, reader.byteCount)))
        }
        guard var state = replay else { throw ToolError("\(events) has no entries") }
        state.finishLabels()
        for label in schedule.due(atMs: .max) { state.apply(label) }
        return state.links
    }

    /// Gives every page of a campaign to `body`, until it returns false.
    ///
    /// - Throws: ``ToolError`` with the reason if there is no such campaign.
    func pages(
        _ target: LookupCampaignCall.Target, size: Int, _ body: (CampaignPage) throws -> Bool
    ) async throws {
        var token = ""
        repeat {
            let (page, next) = try await page(target, token: token, size: size)
            guard try body(page) else { return }
            token = next
        } while !token.isEmpty
    }

    private func page(
        _ target: LookupCampaignCall.Target, token: String, size: Int
    ) async throws -> (CampaignPage, String) {
        switch self {
        case .service(let client):
            do {
                return try await client.lookupCampaign(target, pageToken: token, pageSize: size, caller: "stillwatch")
            } catch let error as StatusError {
                throw ToolError("the service refused: \(error)")
            }
        case .log(let links):
            let start = CampaignPageToken(token)?.start ?? 0
            guard let wanted = Self.target(target), let page = links.campaign(wanted, from: start, limit: size) else {
                throw ToolError("the log has no such cluster")
            }
            return (page, CampaignPageToken(after: page)?.text ?? "")
        }
    }

    private static func target(_ target: LookupCampaignCall.Target) -> CampaignTarget? {
        switch target {
        case .cluster(let id): .cluster(id)
        case .account(let account): .account(account)
        case .decision(let id): DecisionID.account(of: id).map(CampaignTarget.account)
        }
    }

    private static func capacity(of entry: LogEntry) -> LinkState.Capacity {
        let range = 1...LinkState.Capacity.maximum
        guard case .sessionStarted(let session) = entry.content, range.contains(session.accountCapacity),
            range.contains(session.identifierCapacity)
        else { return LinkState.Capacity() }
        return LinkState.Capacity(accounts: session.accountCapacity, identifiers: session.identifierCapacity)
    }
}
