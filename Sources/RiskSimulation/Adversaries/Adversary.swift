/// An adversary of our own: a behaviour that the four named campaigns do not show, to be judged and never learned.
///
/// All of them act between 2026-04-22 and 2026-06-05; only the first is made before, in April. They come on top of a
/// world: every other account's events stay the same bytes, whichever are switched on. Counts are those of scale 1; the
/// behaviours follow what was reported of later campaigns and of the market for accounts, the numbers are assumed.
public enum Adversary: String, CaseIterable, Sendable {
    /// Made one by one over four weeks, a light ordinary user each for thirty days, then put to work.
    case slowDrip = "a1_slow_drip"
    /// A laboratory serves its own users from the model: ordinary requests, few a day, a part replayed.
    case userRelay = "a2_user_relay"
    /// A few hundred accounts in shifts, each a thousand requests a day, that clean traces by replaying them.
    case rotatingFew = "a3_rotating_few"
    /// Thousands of users with two requests a day for two or three days; near-equal texts, no reference in common.
    case wideThin = "a4_wide_thin"
    /// Nothing in common but the hours of a job queue and the kind of work.
    case unshared = "a5_unshared"
    /// Carriers' addresses, free mail, a public agent; throw-away accounts drown what it has of its own.
    case hubHiding = "a6_hub_hiding"
    /// Seats of invented organisations in education, start-up and security-research programmes.
    case programmeAbuse = "a7_programme_abuse"
    /// Keys of aged honest accounts, some hours each, one after another.
    case stolenKeys = "a8_stolen_keys"
    /// Whatever shares an identifier with a banned account is given up and replaced within hours.
    case banAware = "a9_ban_aware"
    /// Each request's template is paraphrased; cards are shared.
    case paraphrase = "a10_paraphrase"

    /// Accounts of scale 1 that belong to it.
    public var accounts: Int { size.accounts }

    /// Exchanges of one account over all, mean.
    public var exchangesPerAccount: Int { size.exchanges }

    /// The first and last day with events, counted from the world's start.
    public var days: ClosedRange<Int> { size.days }

    /// What its accounts have in common, in a few words.
    public var inCommon: String {
        switch self {
        case .slowDrip: "12 templates, 1.5 accounts to a card, the hours"
        case .userRelay: "cloud egress, 3 accounts to a card, the chat product's prompt with a quarter"
        case .rotatingFew: "3 templates, 4 accounts to a card, 8 addresses"
        case .wideThin: "4 texts by MinHash only, the days"
        case .unshared: "hours and kind of work only"
        case .hubHiding: "hubs; 3 accounts to a card, 2 to a device, both drowned by four throw-away accounts each"
        case .programmeAbuse: "12 organisations, their domains and cards, 30 templates"
        case .stolenKeys: "3 templates, from the hour of the theft on"
        case .banAware: "profile text and mask; card, device and addresses within cells of 8"
        case .paraphrase: "4 accounts to a card, exits, near-equal texts that change with each record"
        }
    }

    /// Its place among all, from 1.
    var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    private var size: (accounts: Int, exchanges: Int, days: ClosedRange<Int>) {
        switch self {
        case .slowDrip: (4_000, 880, 151...216)
        case .userRelay: (5_380, 240, 172...216)
        case .rotatingFew: (273, 12_454, 186...206)
        case .wideThin: (15_000, 5, 190...207)
        case .unshared: (6_000, 1_152, 172...216)
        case .hubHiding: (2_500, 1_800, 172...216)
        case .programmeAbuse: (3_000, 2_200, 172...216)
        case .stolenKeys: (1_600, 940, 172...216)
        case .banAware: (6_600, 900, 172...216)
        case .paraphrase: (4_000, 1_152, 172...216)
        }
    }

    /// Accounts in a world: never so few that a share of them means nothing.
    func accounts(scale: Double) -> Int {
        max(min(accounts, 30), Int((Double(accounts) * scale).rounded()))
    }

    /// The name as a static text.
    var name: StaticString {
        switch self {
        case .slowDrip: "a1_slow_drip"
        case .userRelay: "a2_user_relay"
        case .rotatingFew: "a3_rotating_few"
        case .wideThin: "a4_wide_thin"
        case .unshared: "a5_unshared"
        case .hubHiding: "a6_hub_hiding"
        case .programmeAbuse: "a7_programme_abuse"
        case .stolenKeys: "a8_stolen_keys"
        case .banAware: "a9_ban_aware"
        case .paraphrase: "a10_paraphrase"
        }
    }

    /// The adversaries that a text names: `all`, or names with commas between them.
    ///
    /// - Throws: ``SettingError`` for a name there is not.
    public static func named(_ text: String) throws(SettingError) -> [Adversary] {
        if text == "all" { return allCases }
        var found: Set<Adversary> = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let adversary = Adversary(rawValue: String(name)) else {
                let names = allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingError(description: "expected all or some of \(names), found \(name)")
            }
            found.insert(adversary)
        }
        return allCases.filter { found.contains($0) }
    }
}
