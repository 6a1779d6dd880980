/// What a world's stream is counted for: volumes, pools, pivots and rates of its campaigns.
public struct ReproductionTally: Sendable {
    /// The rows: four campaigns, then the start-ups they are compared with, then the adversaries.
    static let campaigns = ["c1_deepseek", "c2_moonshot", "c3_minimax", "c4_alibaba"]
    private static let rowCount = 5 + Adversary.allCases.count

    /// The row of an adversary.
    static func row(_ adversary: Adversary) -> Int { 4 + adversary.number }

    private(set) var accounts = [Int](repeating: 0, count: rowCount)
    /// Exchanges, of the relay network the distilled ones.
    private(set) var exchanges = [Int](repeating: 0, count: rowCount)
    private(set) var unrelated = [Int](repeating: 0, count: rowCount)
    private(set) var eventsOutside = 0
    /// The first and last day with events of each row.
    private(set) var eventDays: [ClosedRange<Int>?]
    /// Events so far.
    public private(set) var events = 0
    /// Requests on the third model and all of the relay network's own, from 24 to 28 hours after launch.
    private(set) var pivot = (moved: 0, all: 0)
    /// Exchanges of the April campaign by hour, and those of its second pool.
    private(set) var hourly: [Int]
    private(set) var hourlySecond: [Int]
    /// Account-days by requests, in bins of a tenth more each.
    private(set) var accountDays: [[Int]]
    private var relayChanges: [Int]
    private var families: [[UInt64: Int]]
    private var familyMembers: [Set<UInt64>]
    private var familyAccounts: [[UInt64: Int]]
    private let window: ClosedRange<Int>

    init(_ parameters: WorldParameters) {
        hourly = Array(repeating: 0, count: WorldCalendar.dayCount * 24)
        hourlySecond = hourly
        eventDays = Array(repeating: nil, count: Self.rowCount)
        relayChanges = Array(repeating: 0, count: WorldCalendar.dayCount + 2)
        accountDays = Array(repeating: Array(repeating: 0, count: 140), count: Self.rowCount)
        families = Array(repeating: [:], count: 4)
        familyMembers = Array(repeating: [], count: 4)
        familyAccounts = Array(repeating: [:], count: 4)
        window = parameters.alibaba.days
    }

    mutating func admit(_ account: PlannedAccount, _ membership: Membership) {
        guard membership.tallyIndex == 2 else { return }
        relayChanges[account.firstDay] += 1
        relayChanges[account.endDay] -= 1
    }

    mutating func count(_ membership: Membership, timeMs: Int64, isFirst: Bool) {
        events += 1
        guard membership.tallyIndex >= 0 else { return }
        if isFirst { accounts[membership.tallyIndex] += 1 }
        let day = WorldCalendar.day(timeMs)
        let known = eventDays[membership.tallyIndex] ?? day...day
        eventDays[membership.tallyIndex] = min(known.lowerBound, day)...max(known.upperBound, day)
        if membership.tallyIndex == 3, !window.contains(day) { eventsOutside += 1 }
    }

    mutating func add(requests: Int, distilled: Int, hour: Int, _ membership: Membership) {
        let row = membership.tallyIndex
        guard row >= 0 else { return }
        exchanges[row] += distilled
        unrelated[row] += requests - distilled
        guard row == 3 else { return }
        hourly[hour] += requests
        if membership.segment.utf8Start.advanced(by: 4).pointee == UInt8(ascii: "2") { hourlySecond[hour] += requests }
    }

    mutating func add(moved: Int, of distilled: Int, hour: Int, _ membership: Membership) {
        guard membership.tallyIndex == 2 else { return }
        let since = hour - WorldCalendar.launchHours[2]
        guard (24..<28).contains(since) else { return }
        pivot.moved += moved
        pivot.all += distilled
    }

    /// A day that was laid, and its commonest template; 0 for none of a campaign's own.
    mutating func add(_ state: AccountState, template: UInt64) {
        let row = state.membership.tallyIndex
        guard row >= 0 else { return }
        accountDays[row][Self.bin(state.dayCount)] += 1
        guard row < 4, template != 0 else { return }
        families[row][template, default: 0] += Int(Float(state.dayCount) * state.profile.template.share)
        if familyMembers[row].insert(mixed(template, state.profile.account)).inserted {
            familyAccounts[row][template, default: 0] += 1
        }
    }

    /// A campaign's most used template family among those of at least so many accounts: its uses and accounts.
    func largestFamily(_ row: Int, accounts least: Int) -> (uses: Int, accounts: Int) {
        var largest = (uses: 0, accounts: 0)
        // The largest pair is the same whatever the order of the dictionary.
        for (family, uses) in families[row] {
            let accounts = familyAccounts[row][family] ?? 0
            if accounts >= least, (uses, accounts) > largest { largest = (uses, accounts) }
        }
        return largest
    }

    /// The most accounts of the relay network on one day.
    var relayPool: Int {
        var live = 0
        return relayChanges.reduce(0) { most, change in
            live += change
            return max(most, live)
        }
    }

    /// A quantile of requests on an account-day.
    func accountDayQuantile(_ row: Int, _ share: Double) -> Double {
        let total = accountDays[row].reduce(0, +)
        var left = Int(Double(total) * share)
        for (bin, count) in accountDays[row].enumerated() {
            left -= count
            if left < 0 { return Self.lower(bin) }
        }
        return 0
    }

    private static let bounds: [Double] = {
        var bounds = [0.0]
        while bounds.count < 140 {
            bounds.append(max(bounds[bounds.count - 1] + 1, bounds[bounds.count - 1] * 1.1).rounded())
        }
        return bounds
    }()

    private static func lower(_ bin: Int) -> Double { bounds[bin] }

    private static func bin(_ count: Int) -> Int {
        var low = 0
        var high = bounds.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if bounds[middle] <= Double(count) { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
