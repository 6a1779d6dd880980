internal import RiskCore

/// Collects what one model says of every event of the validation and the test. Any threshold can be judged afterwards.
///
/// Holds two numbers an account, the record highs of campaign accounts, and the margins of the test's events.
final class ModelJudge {
    /// Margins of the test's events at one decision point.
    struct Events {
        var honest: [Double] = []
        var campaign: [Double] = []
        /// The accounts of ``campaign``, in the same order.
        var campaignAccounts: [Int32] = []
    }

    /// The model's name in the tables.
    let name: String
    let ledger: AccountLedger
    /// The campaign whose accounts are judged; nil: all.
    private let campaign: Int?
    private let keepsEvents: Bool
    /// By account: the highest margin in the validation, NaN if it had no event there.
    private(set) var validationPeaks: [Double] = []
    /// By account: the highest margin in the test, NaN if it had no event there.
    private(set) var testPeaks: [Double] = []
    /// By campaign account.
    private(set) var traces: [Int: AccountTrace] = [:]
    /// By decision point.
    private(set) var events = Array(repeating: Events(), count: EventType.allCases.count)
    /// Events of accounts that the truth does not name.
    private(set) var strangerCount = 0

    init(name: String, ledger: AccountLedger, campaign: Int? = nil, keepsEvents: Bool = true) {
        self.name = name
        self.ledger = ledger
        self.campaign = campaign
        self.keepsEvents = keepsEvents
    }

    /// What was seen of accounts so far, to go on with elsewhere.
    struct Seen: Sendable {
        fileprivate var name: String
        fileprivate var campaign: Int?
        fileprivate var validationPeaks: [Double]
        fileprivate var testPeaks: [Double]
        fileprivate var traces: [Int: AccountTrace]
    }

    var seen: Seen {
        Seen(
            name: name, campaign: campaign, validationPeaks: validationPeaks, testPeaks: testPeaks, traces: traces)
    }

    /// Goes on from what was seen, of accounts alone: it keeps no events.
    init(_ seen: Seen, ledger: AccountLedger) {
        (name, campaign, self.ledger) = (seen.name, seen.campaign, ledger)
        (validationPeaks, testPeaks, traces) = (seen.validationPeaks, seen.testPeaks, seen.traces)
        keepsEvents = false
    }

    /// Takes one event.
    ///
    /// - Parameters:
    ///   - part: Validation or test.
    ///   - added: Exchanges that the event's record brought.
    func see(
        _ event: AccountEvent, account: Int, part: EvaluationPlan.Part, margin: Double, added: Double
    ) {
        while validationPeaks.count <= account {
            validationPeaks.append(.nan)
            testPeaks.append(.nan)
        }
        let entry = ledger.entries[account]
        let isJudgedCampaign = entry.kind == .campaign && (campaign == nil || campaign == entry.campaign)
        switch part {
        case .training:
            return
        case .validation:
            validationPeaks[account] = Self.higher(validationPeaks[account], margin)
            if isJudgedCampaign {
                let trace = traces[account] ?? AccountTrace()
                traces[account] = trace
                traces[account]?.marginBefore = max(trace.marginBefore, margin)
            }
        case .test:
            testPeaks[account] = Self.higher(testPeaks[account], margin)
            seeTest(event, account, entry.kind, isJudgedCampaign, margin: margin, added: added)
        }
    }

    private func seeTest(
        _ event: AccountEvent, _ account: Int, _ kind: Truth.Kind?, _ isJudgedCampaign: Bool, margin: Double,
        added: Double
    ) {
        let type = event.type.rawValue
        switch kind {
        case .honest:
            if keepsEvents { events[type].honest.append(margin) }
        case .campaign where isJudgedCampaign:
            if keepsEvents {
                events[type].campaign.append(margin)
                events[type].campaignAccounts.append(Int32(account))
            }
            traces[account, default: AccountTrace()].add(margin: margin, added: added, timeMs: event.timeMs)
        case .campaign, .backgroundAbuse:
            break
        case nil:
            strangerCount += 1
        }
    }

    private static func higher(_ left: Double, _ right: Double) -> Double { left > right ? left : right }

    /// The highest margins of the accounts that belong, each account once, the highest first.
    func peaks(_ part: EvaluationPlan.Part, where belongs: (AccountLedger.Entry) -> Bool) -> [Double] {
        let peaks = part == .validation ? validationPeaks : testPeaks
        return peaks.indices.filter { !peaks[$0].isNaN && belongs(ledger.entries[$0]) }.map { peaks[$0] }
            .sorted(by: >)
    }

    /// The traces of campaign accounts that had events in the test, with their numbers, in the order of those.
    func testTraces(campaign: Int? = nil) -> [(account: Int, trace: AccountTrace)] {
        traces.filter { $1.firstMs != nil && (campaign == nil || ledger.entries[$0].campaign == campaign) }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
