import ArgumentParser
import RiskCore
import RiskEventLog
import RiskLinkage
import RiskWire

/// Takes campaigns apart.
struct Campaigns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists clusters of linked accounts and takes them apart.",
        discussion: """
              stillwatch campaigns --events data/events                         the most suspicious of a log
              stillwatch campaigns --events data/events --out campaigns.jsonl   with members, for another lab
              stillwatch campaigns show c17 --server 127.0.0.1:7443             one, as a running service has it
              stillwatch campaigns show --account acct-17 --events data/events  the one of an account, at a log's end

            A cluster's name is the same in a service and in a replay of its own log.

            Files have one JSON object a line, by "type": cluster, evidence, day, member. They name accounts as their \
            caller did, and classes of identifier, never an identifier.
            """,
        subcommands: [CampaignList.self, CampaignShow.self], defaultSubcommand: CampaignList.self)
}

/// Lists the clusters of a log.
struct CampaignList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the clusters that a log leaves behind, the most suspicious first.")

    @Option(help: "Event log: a directory of segments or one file.")
    var events: String

    @Option(help: "Labels CSV: account_ref,label,campaign,known_at_ms.")
    var labels: String?

    @Option(help: "Clusters at most.")
    var limit = 20

    @Option(name: .shortAndLong, help: "JSON Lines file for the listed clusters with their evidence and members.")
    var out: String?

    func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit: expected at least 1, found \(limit)") }
    }

    func run() async throws {
        let links = try CampaignSource.read(events: events, labels: labels)
        let summaries = links.campaigns(limit: limit)
        print(CampaignText.header)
        for summary in summaries { print(CampaignText.row(summary)) }
        guard let out else { return }
        let file = try TextFile(out)
        for summary in summaries {
            try await CampaignExport.write(.cluster(summary.id), of: .log(links), to: file)
        }
        try file.finish()
        standardError("\(out): \(summaries.count) clusters")
    }
}

/// Shows one cluster.
struct CampaignShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a cluster's summary, evidence, timeline and members.")

    @Argument(help: "The cluster, such as c17.")
    var cluster: String?

    @Option(help: "The cluster of this account, as JSON Lines write it.")
    var account: String?

    @Option(help: "The cluster of the account of this decision_id.")
    var decision: String?

    @Option(help: "The service to ask, ADDRESS:PORT.")
    var server: String?

    @Option(help: "An event log to read instead: a directory of segments or one file.")
    var events: String?

    @Option(help: "With --events: labels CSV.")
    var labels: String?

    @Option(help: "Members to show.")
    var members = 20

    @Option(name: .shortAndLong, help: "JSON Lines file for the cluster with its evidence and all its members.")
    var out: String?

    func validate() throws {
        guard [cluster, account, decision].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("expected one of a cluster, --account and --decision")
        }
        guard (server == nil) != (events == nil) else { throw ValidationError("expected either --server or --events") }
        if server != nil, labels != nil { throw ValidationError("--labels goes with --events") }
        guard (0...CampaignPage.memberLimit).contains(members) else {
            throw ValidationError("--members: expected 0 to \(CampaignPage.memberLimit), found \(members)")
        }
    }

    func run() async throws {
        let target = try target()
        if let server {
            let client = try await ServiceAddress.connect(server)
            try await show(target, of: .service(client))
            try await client.close()
        } else {
            try await show(target, of: .log(try CampaignSource.read(events: events ?? "", labels: labels)))
        }
    }

    private func show(_ target: LookupCampaignCall.Target, of source: CampaignSource) async throws {
        try await source.pages(target, size: max(1, members)) { page in
            print(CampaignText.page(page, memberLimit: members))
            return false
        }
        guard let out else { return }
        let file = try TextFile(out)
        try await CampaignExport.write(target, of: source, to: file)
        try file.finish()
    }

    private func target() throws -> LookupCampaignCall.Target {
        if let account { return .account(try ReferenceText.decodeCaller(account, path: "--account")) }
        if let decision { return .decision(id: decision) }
        guard let id = ClusterID(cluster ?? "") else {
            throw ToolError("expected a cluster's name, such as c17, found \"\(cluster ?? "")\"")
        }
        return .cluster(id)
    }
}

/// Whole campaigns as JSON Lines.
private enum CampaignExport {
    static func write(
        _ target: LookupCampaignCall.Target, of source: CampaignSource, to file: TextFile
    ) async throws {
        var isFirst = true
        try await source.pages(target, size: CampaignPage.memberLimit) { page in
            for line in try CampaignJSON.lines(page, isFirst: isFirst) { try file.writeLine(line) }
            isFirst = false
            return true
        }
    }
}
