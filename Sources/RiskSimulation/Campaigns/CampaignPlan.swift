/// One account of a campaign as it was planned: when it is made and ends, and where its daily counts stand.
struct PlannedAccount: Sendable {
    var birthMs: Int64
    /// The first day of ``CampaignPlan/counts`` from ``start`` on.
    var firstDay: Int
    var start = 0
    var dayCount: Int
    /// Which part of the campaign it belongs to.
    var cohort = 0
    /// Its number within the campaign.
    var index = 0
    /// When it was banned; nil if it was not.
    var banMs: Int64?
    /// It was made long before the world, by somebody else.
    var isAged = false
    /// Share of distillation in its traffic.
    var distillShare = 1.0
    /// The day from which on it is used for something else, or by somebody else; nil: never.
    var turnDay: Int?
    /// The hour of that day, and for how many hours.
    var turnHour = 0.0
    var turnHours = 0.0

    var endDay: Int { firstDay + dayCount }
}

/// Every account of a campaign in order of birth, with each day's requests.
///
/// Campaigns are planned as a whole, so that their volumes come out as disclosed; 4 bytes an account-day.
struct CampaignPlan: Sendable {
    private(set) var accounts: [PlannedAccount] = []
    private(set) var counts: [UInt32] = []

    /// Adds an account; its days begin with that of its birth.
    mutating func add(_ account: PlannedAccount, counts days: [Int]) {
        precondition(days.count == account.dayCount, "\(days.count) counts for \(account.dayCount) days")
        var account = account
        account.start = counts.count
        counts += days.map { UInt32($0) }
        accounts.append(account)
    }

    /// Sorts by birth; accounts of the same instant stay as they came.
    mutating func finish() {
        accounts.sort { $0.birthMs < $1.birthMs }
        for index in accounts.indices { accounts[index].index = index }
    }

    /// The last day on which an account has requests; nil if it never has.
    func lastActiveDay(_ account: PlannedAccount) -> Int? {
        (0..<account.dayCount).last { counts[account.start + $0] > 0 }.map { account.firstDay + $0 }
    }

    /// Divides a total over days by their weights, to the last one exactly.
    static func divide(_ total: Int, by weights: [Double], _ stream: inout RandomStream) -> [Int] {
        let sum = weights.reduce(0, +)
        guard sum > 0 else { return weights.map { _ in 0 } }
        var running = 0.0
        var given = 0
        let offset = stream.unit()
        guard let last = weights.lastIndex(where: { $0 > 0 }) else { return weights.map { _ in 0 } }
        return weights.indices.map { index in
            running += weights[index]
            let until = index >= last ? total : min(total, Int(Double(total) * running / sum + offset))
            defer { given = until }
            return until - given
        }
    }

    /// The weight of an account's first day: what is left of it after the hour of its birth.
    static func firstDayWeight(_ birthMs: Int64) -> Double {
        let hour = WorldCalendar.hour(birthMs) % 24
        return hour >= 22 ? 0 : Double(23 - hour) / 24
    }

    /// A birth on a day.
    static func birth(day: Double) -> Int64 {
        WorldCalendar.startMs + Int64(day * Double(WorldCalendar.dayMs))
    }

    /// The first day from one on with requests of an account; nil if none is left.
    func nextActiveDay(_ account: PlannedAccount, from day: Int) -> Int? {
        let first = max(0, day - account.firstDay)
        guard first < account.dayCount else { return nil }
        return (first..<account.dayCount).first { counts[account.start + $0] > 0 }.map { account.firstDay + $0 }
    }

    /// A ban in the two hours after midnight, when the provider has gone through the day.
    static func nightlyBan(endDay: Int, _ stream: inout RandomStream) -> Int64 {
        WorldCalendar.ms(day: endDay) + Int64(stream.unit() * 2 * Double(WorldCalendar.hourMs))
    }
}

/// What a campaign or a kind of abuse makes of its planned accounts.
protocol PlannedPopulation: Sendable {
    var plan: CampaignPlan { get }

    /// Draws an account.
    func profile(
        of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) -> AccountProfile

    /// Changes an account from its ``PlannedAccount/turnDay`` on.
    func turn(
        _ profile: inout AccountProfile, of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw,
        _ stream: inout RandomStream
    )

    /// What it truly is.
    func membership(of account: PlannedAccount) -> Membership

    /// Share of requests on the newest model when it has been out for so many hours; nil: as the account has it.
    func pivotShare(hoursSinceLaunch: Double, launch: Int) -> Double?

    /// Probability that the provider ever finds an account.
    var foundShare: Double { get }
}

extension PlannedPopulation {
    func pivotShare(hoursSinceLaunch: Double, launch: Int) -> Double? { nil }

    func turn(
        _ profile: inout AccountProfile, of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw,
        _ stream: inout RandomStream
    ) {}
}
