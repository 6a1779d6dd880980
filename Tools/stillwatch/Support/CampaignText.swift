import Foundation
import RiskCore
import RiskEventLog

/// Campaigns for a person to read.
enum CampaignText {
    private static let dayMs: Int64 = 86_400_000
    /// The most columns of a timeline; longer ones put several days into one.
    private static let columnLimit = 60

    /// The head of ``row(_:)``s.
    static let header = "cluster    accounts  organisations  abusive  verified  exchanges  born        last seen"

    /// A cluster in one line.
    static func row(_ summary: CampaignPage.Summary) -> String {
        let numbers = [
            (summary.accounts, 8), (summary.organisations, 13), (summary.labelledBad, 7), (summary.verified, 8),
            (whole(summary.exchanges), 9),
        ]
        let columns = numbers.map { String(repeating: " ", count: max(0, $1 - "\($0)".count)) + "\($0)" }
        return
            (["\(summary.id)".padding(toLength: 9, withPad: " ", startingAt: 0)] + columns
            + [day(summary.bornMs), day(summary.lastSeenMs)]).joined(separator: "  ")
    }

    /// A cluster with its evidence and timeline, and the members of the page.
    static func page(_ page: CampaignPage, memberLimit: Int) -> String {
        var lines = summary(page.summary)
        lines += ["", "what its members share"]
        for evidence in page.evidence {
            lines.append(
                "  \(evidence.identifierClass.word): \(evidence.accounts) members on \(evidence.identifiers) shared, "
                    + "\(evidence.largest) on the commonest, with \(evidence.outside) others")
        }
        if !page.timeline.isEmpty { lines += [""] + timeline(page.timeline) }
        lines += ["", "members, in the order in which they joined"]
        for member in page.members.prefix(memberLimit) {
            let shared = member.sharedClasses.map(\.word).joined(separator: ", ")
            lines.append(
                "  \(day(member.joinedMs))  \(ReferenceText.encode(member.account)): \(shared), "
                    + "\(whole(member.exchanges)) exchanges"
                    + (member.verdict.map { ", \($0.word)" } ?? ""))
        }
        let rest = page.summary.accounts - min(memberLimit, page.members.count)
        if rest > 0 { lines.append("  and \(rest) more: --members or --out") }
        return lines.joined(separator: "\n")
    }

    private static func summary(_ summary: CampaignPage.Summary) -> [String] {
        var lines = [
            "\(summary.id): \(summary.accounts) accounts of \(summary.organisations) organisations, "
                + "\(summary.labelledBad) labelled abusive, \(summary.verified) verified",
            "from \(day(summary.bornMs)) to \(day(summary.lastSeenMs)), \(whole(summary.exchanges)) exchanges",
        ]
        if let synchrony = summary.synchrony {
            lines.append("similarity of rhythm \(String(format: "%.2f", synchrony))")
        }
        if let share = summary.templateShare {
            lines.append("share on the commonest template \(String(format: "%.2f", share))")
        }
        if !summary.mergedIDs.isEmpty {
            lines.append("merged into it: " + summary.mergedIDs.map(\.description).joined(separator: ", "))
        }
        return lines
    }

    private static func timeline(_ days: [CampaignPage.Day]) -> [String] {
        guard let first = days.first, let last = days.last else { return [] }
        let count = Int((last.startMs - first.startMs) / dayMs) + 1
        let daysPerColumn = (count + columnLimit - 1) / columnLimit
        func columns(_ value: (CampaignPage.Day) -> Double) -> [Double] {
            var sums = Array(repeating: 0.0, count: (count + daysPerColumn - 1) / daysPerColumn)
            for day in days { sums[Int((day.startMs - first.startMs) / dayMs) / daysPerColumn] += value(day) }
            return sums
        }
        let unit = daysPerColumn == 1 ? "a day" : "\(daysPerColumn) days"
        return [
            "\(day(first.startMs)) to \(day(last.startMs)), a column \(unit)",
            "  joined     " + sparkline(columns { Double($0.joined) }),
            "  banned     " + sparkline(columns { Double($0.banned) }),
            "  exchanges  " + sparkline(columns { $0.exchanges }),
        ]
    }

    /// One character for each value, its height against the largest; a dot for nothing.
    static func sparkline(_ values: [Double]) -> String {
        let heights = Array("▁▂▃▄▅▆▇█")
        let largest = values.max() ?? 0
        let line = values.map { value -> Character in
            guard value > 0, largest > 0 else { return "." }
            return heights[min(heights.count - 1, Int(value / largest * Double(heights.count)))]
        }
        return String(line) + (largest > 0 ? "  at most \(whole(largest))" : "")
    }

    /// A count that came as a Float64, possibly from elsewhere.
    private static func whole(_ count: Double) -> Int { Int(max(0, min(count, 1e15))) }

    private static func day(_ ms: Int64) -> String {
        Date(timeIntervalSince1970: Double(ms) / 1000).formatted(
            Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day())
    }
}
