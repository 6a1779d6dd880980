import Glibc
import RiskCore
import RiskEventLog
import RiskWire
import TestSupport

@testable import RiskTraining

/// A hundred days of a small provider: honest accounts in three segments, two early campaigns, a late one in two pools,
/// and some credit farming. Hard enough that no threshold is perfect.
struct TinyWorld {
    static let startMs: Int64 = 1_762_000_000_000
    static let dayMs: Int64 = 86_400_000

    /// The moment so many days in.
    static func moment(_ day: Double) -> Int64 { startMs + Int64(day * Double(dayMs)) }

    /// Learnt from until day 50, thresholds from days 50 to 65, judged on the rest.
    static var plan: EvaluationPlan {
        EvaluationPlan(trainUntilMs: moment(50), labelsUntilMs: moment(60), testFromMs: moment(65))
    }

    /// One account's life.
    struct Account {
        var name: String
        var kind: Truth.Kind
        var campaign = ""
        var segment: String
        var bornDay: Double
        /// Exchanges a day.
        var rate: Double
        var references: [EventField: String] = [:]
        var organisation: String?
        /// When the provider learnt what it is; nil: never.
        var knownMs: Int64?
    }

    private(set) var accounts: [Account] = []
    /// A custom value that each event of an account gets.
    var custom: ((Account, _ exchangesInTheEnd: Double) -> CustomValue)?
    private var generator: SeededGenerator
    private let usageDays = [0.5, 4, 10, 20.0]

    init(seed: UInt64, honestCount: Int = 420, waveCount: Int = 36) throws {
        generator = SeededGenerator(seed: seed)
        for index in 0..<honestCount { accounts.append(honest(index)) }
        for (campaign, start, segment) in [
            ("early", 3.0, "pool1"), ("second", 20, "pool1"), ("late", 45, "pool1"), ("late", 68, "pool2"),
        ] { for index in 0..<waveCount { accounts.append(farmed(campaign, segment, start, index)) } }
        for index in 0..<30 {
            var account = honest(index)
            account.name = "farmer-\(index)"
            account.kind = .backgroundAbuse
            account.segment = "credit_farm"
            account.references[.deviceRef] = "farm-device-\(index / 10)"
            account.knownMs = index % 2 == 0 ? Self.moment(account.bornDay + 6) : nil
            accounts.append(account)
        }
    }

    private mutating func uniform(_ range: Range<Double>) -> Double { .random(in: range, using: &generator) }

    private mutating func honest(_ index: Int) -> Account {
        let segment = ["hobby", "hobby", "lab", "startup"][index % 4]
        var account = Account(
            name: "honest-\(index)", kind: .honest, segment: segment, bornDay: uniform(0..<95),
            rate: uniform(1..<120))
        account.references[.ipPrefixRef] = segment == "lab" ? "campus-\(index % 5)" : "home-\(index % 300)"
        account.references[.deviceRef] = segment == "lab" ? "lab-pc-\(index % 40)" : "device-\(index)"
        if segment != "hobby" { account.organisation = "org-\(segment)-\(index % 23)" }
        return account
    }

    private mutating func farmed(_ campaign: String, _ segment: String, _ start: Double, _ index: Int) -> Account {
        var account = Account(
            name: "\(campaign)-\(segment)-\(index)", kind: .campaign, campaign: campaign, segment: segment,
            bornDay: start + uniform(0..<12), rate: uniform(40..<200))
        // Some are careful and share nothing.
        account.references[.deviceRef] = "\(campaign)-\(segment)-own-\(index)"
        account.references[.ipPrefixRef] = "home-\(index * 7 % 300)"
        if index % 6 > 0 {
            account.references[.deviceRef] = "\(campaign)-device-\(index % 4)"
            account.references[.ipPrefixRef] = "\(campaign)-exit-\(index % 5)"
        }
        if index % 7 > 0 { account.knownMs = Self.moment(account.bornDay + uniform(3..<12)) }
        return account
    }

    /// What the provider knows.
    var labels: [LabelRow] {
        accounts.compactMap { account in
            account.knownMs.map {
                LabelRow(account: Reference(account.name), isAbusive: true, campaign: account.campaign, knownAtMs: $0)
            }
        }
    }

    /// The truth CSV.
    var truthText: String {
        "account_ref,class,campaign,segment\n"
            + accounts.map { "\($0.name),\($0.kind.word),\($0.campaign),\($0.segment)\n" }.joined()
    }

    /// Writes `events.swlog`, `labels.csv` and `truth.csv`.
    func write(to folder: TemporaryFolder) throws {
        var events: [(event: AccountEvent, order: Int)] = []
        for account in accounts { for event in try life(account) { events.append((event, events.count)) } }
        events.sort { ($0.event.timeMs, $0.order) < ($1.event.timeMs, $1.order) }
        let file = try EventLogFile(path: folder.path("events.swlog"))
        let start = SessionStart(
            version: "test", stateWasEmpty: true, accountCapacity: 10_000, identifierCapacity: 10_000)
        try file.append(LogEntry(commitSequence: 1, committedAtMs: Self.startMs, content: .sessionStarted(start)))
        for (index, one) in events.enumerated() {
            try file.append(
                LogEntry(
                    commitSequence: UInt64(index + 2), committedAtMs: one.event.timeMs,
                    content: .scored(one.event, nil)))
        }
        try file.finish()
        try folder.write(LabelsFile.encode(labels), "labels.csv")
        try folder.write(Array(truthText.utf8), "truth.csv")
    }

    private func life(_ account: Account) throws -> [AccountEvent] {
        let days = usageDays.filter { account.bornDay + $0 < 100 }
        let last = (account.rate * (days.last ?? 0)).rounded()
        var events = [
            try event(account, .signup, at: account.bornDay, last: last),
            try event(account, .payment, at: account.bornDay + 0.02, last: last),
        ]
        for day in days {
            events.append(
                try event(account, .usage, at: account.bornDay + day, exchanges: account.rate * day, last: last))
        }
        return events
    }

    private func event(
        _ account: Account, _ type: EventType, at day: Double, exchanges: Double? = nil, last: Double
    ) throws -> AccountEvent {
        var builder = EventBuilder()
        try builder.set(.eventType, wordIndex: type.rawValue)
        try builder.set(.eventTimeMs, whole: UInt64(Self.moment(day)))
        try builder.set(.accountRef, reference: Reference(account.name))
        if let organisation = account.organisation {
            try builder.set(.orgRef, reference: Reference(organisation))
        }
        if let exchanges {
            try builder.set(.exchangesTotal, whole: UInt64(exchanges.rounded()))
            try builder.set(.requests24h, whole: UInt64(account.rate))
        }
        for (field, name) in account.references.sorted(by: { $0.value < $1.value }) where type != .payment {
            try builder.set(field, reference: Reference(name))
        }
        if let custom { try builder.add(custom(account, last)) }
        return try builder.build()
    }
}

extension TemporaryFolder {
    /// Where a file of it is.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file into it.
    func write(_ bytes: [UInt8], _ name: String) throws {
        guard let file = fopen(path(name), "w") else { throw Failure(operation: "fopen") }
        defer { fclose(file) }
        guard bytes.isEmpty || fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw Failure(operation: "fwrite")
        }
    }
}
