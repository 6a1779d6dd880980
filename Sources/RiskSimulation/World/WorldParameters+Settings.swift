/// A setting that cannot be used.
public struct SettingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Expected and found.
    public let description: String
}

extension WorldParameters {
    /// The names ``set(_:)`` takes, with what they do.
    public static let settings: [(name: String, meaning: String)] = [
        ("jitter_hours", "each campaign account's hours are moved by up to this many, 0 to 24"),
        ("cards_per_account_factor", "multiplies the cards of campaign accounts, 0.05 to 20"),
        ("template_families", "multiplies the template families of each campaign, or per-account"),
        ("distill_share", "mean share of distillation in the relay network, 0.01 to 0.9"),
        ("pool_life_days", "median life of the April campaign's second pool, 0.5 to 45"),
        ("missing_links", "probability that a campaign account has no linking fields, 0 to 1"),
        ("label_delay_days", "mean days from an abusive account's last event to its label, 0 to 365"),
        ("fresh_identifiers", "probability of a fresh value for each campaign account and shared class, 0 to 1"),
    ]

    /// Takes one `NAME=VALUE` of ``settings``.
    public mutating func set(_ text: String) throws(SettingError) {
        guard let equals = text.firstIndex(of: "=") else {
            throw SettingError(description: "expected NAME=VALUE, found \(text)")
        }
        let name = String(text[..<equals])
        let value = String(text[text.index(after: equals)...])
        func number(_ range: ClosedRange<Double>) throws(SettingError) -> Double {
            guard let number = Double(value), range.contains(number) else {
                throw SettingError(
                    description: "\(name): expected a number from \(range.lowerBound) to \(range.upperBound), "
                        + "found \(value)")
            }
            return number
        }
        switch name {
        case "jitter_hours": ablations.jitterHours = try number(0...24)
        case "cards_per_account_factor": ablations.accountsPerCardFactor = 1 / (try number(0.05...20))
        case "template_families":
            ablations.templateFamiliesFactor = value == "per-account" ? nil : try number(0.01...10_000)
        case "distill_share": ablations.distillShare = try number(0.01...0.9)
        case "pool_life_days": ablations.poolLifeDays = try number(0.5...45)
        case "missing_links": ablations.missingLinks = try number(0...1)
        case "label_delay_days": labels.delayDays = try number(0...365)
        case "fresh_identifiers": ablations.freshIdentifiers = try number(0...1)
        default:
            let names = Self.settings.map(\.name).joined(separator: ", ")
            throw SettingError(description: "expected one of \(names), found \(name)")
        }
    }
}
