internal import RiskCore

/// A setting that cannot be used.
public struct SettingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Expected and found.
    public let description: String
}

extension WorldParameters {
    /// The names ``set(_:)`` takes, with what they do.
    ///
    /// `c1.` to `c4.` before a name sets it for one of the four campaigns only.
    public static let settings: [(name: String, meaning: String)] = [
        ("jitter_hours", "each campaign account's hours are moved by up to this many, 0 to 24"),
        ("cards_per_account_factor", "multiplies the cards of campaign accounts, 0.05 to 20"),
        ("template_families", "multiplies the template families of each campaign, or per-account"),
        ("distill_share", "mean share of distillation in the relay network (c4.: in the April campaign), 0.01 to 0.9"),
        ("pool_life_days", "median life of the April campaign's second pool, 0.5 to 45"),
        ("missing_links", "probability that a campaign account has no linking fields, 0 to 1"),
        ("missing_classes", "identifier classes no campaign account sends, with + between them"),
        ("label_delay_days", "mean days from an abusive account's last event to its label, 0 to 365"),
        ("fresh_identifiers", "probability of a fresh value for each campaign account and shared class, 0 to 1"),
        ("fresh_classes", "identifier classes in which every campaign account has its own value, with + between them"),
    ]

    /// Takes one `NAME=VALUE` of ``settings``; `c4.NAME=VALUE` for one campaign only, a later setting over an earlier.
    public mutating func set(_ text: String) throws(SettingError) {
        guard let equals = text.firstIndex(of: "=") else {
            throw SettingError(description: "expected NAME=VALUE, found \(text)")
        }
        let name = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        if let dot = name.firstIndex(of: ".") {
            let campaigns = ["c1", "c2", "c3", "c4"]
            guard let campaign = campaigns.firstIndex(of: String(name[..<dot])) else {
                throw SettingError(description: "expected c1 to c4 before the point, found \(name)")
            }
            try set(String(name[name.index(after: dot)...]), value, campaign: campaign)
        } else if name == "label_delay_days" {
            labels.delayDays = try Self.number(name, value, 0...365)
            for campaign in campaignAblations.indices { campaignAblations[campaign]?.labelDelayDays = nil }
        } else {
            try ablations.set(name, value)
            for campaign in campaignAblations.indices where Self.has(name, campaign) {
                try campaignAblations[campaign]?.set(name, value)
            }
        }
    }

    private mutating func set(_ name: String, _ value: String, campaign: Int) throws(SettingError) {
        var own = campaignAblations[campaign] ?? ablations
        // What is said of the relay network is not said of the April campaign.
        if campaign == 3, campaignAblations[3] == nil { own.distillShare = nil }
        if name == "label_delay_days" {
            own.labelDelayDays = try Self.number(name, value, 0...365)
        } else {
            guard Self.has(name, campaign) || name == "distill_share" && campaign == 3 else {
                throw SettingError(description: "c\(campaign + 1) has no \(name)")
            }
            try own.set(name, value)
        }
        campaignAblations[campaign] = own
    }

    /// Whether a setting for all campaigns is one for this campaign.
    private static func has(_ name: String, _ campaign: Int) -> Bool {
        switch name {
        case "distill_share": campaign == 2
        case "pool_life_days": campaign == 3
        default: true
        }
    }

    fileprivate static func number(
        _ name: String, _ value: String, _ range: ClosedRange<Double>
    ) throws(SettingError) -> Double {
        guard let number = Double(value), range.contains(number) else {
            throw SettingError(
                description: "\(name): expected a number from \(range.lowerBound) to \(range.upperBound), "
                    + "found \(value)")
        }
        return number
    }
}

extension WorldParameters.Ablations {
    fileprivate mutating func set(_ name: String, _ value: String) throws(SettingError) {
        func number(_ range: ClosedRange<Double>) throws(SettingError) -> Double {
            try WorldParameters.number(name, value, range)
        }
        switch name {
        case "jitter_hours": jitterHours = try number(0...24)
        case "cards_per_account_factor": accountsPerCardFactor = 1 / (try number(0.05...20))
        case "template_families": templateFamiliesFactor = value == "per-account" ? nil : try number(0.01...10_000)
        case "distill_share": distillShare = try number(0.01...0.9)
        case "pool_life_days": poolLifeDays = try number(0.5...45)
        case "missing_links": missingLinks = try number(0...1)
        case "missing_classes": missingClasses = try Self.classes(name, value, without: [.email, .phone])
        case "fresh_identifiers": freshIdentifiers = try number(0...1)
        case "fresh_classes": freshClasses = try Self.classes(name, value, without: [.email, .phone, .asn])
        default:
            let names = WorldParameters.settings.map(\.name).joined(separator: ", ")
            throw SettingError(description: "expected one of \(names), found \(name)")
        }
    }

    private static func classes(
        _ name: String, _ value: String, without: Set<IdentifierClass>
    ) throws(SettingError) -> Set<IdentifierClass> {
        var classes: Set<IdentifierClass> = []
        for word in value.split(separator: "+", omittingEmptySubsequences: false) {
            guard let identifier = IdentifierClass(word: String(word)), !without.contains(identifier) else {
                let words = IdentifierClass.allCases.filter { !without.contains($0) }.map(\.word)
                throw SettingError(
                    description: "\(name): expected some of \(words.joined(separator: ", ")), found \(word)")
            }
            classes.insert(identifier)
        }
        return classes
    }
}
