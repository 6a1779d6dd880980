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

    /// What it truly is.
    func membership(of account: PlannedAccount) -> Membership

    /// Share of requests on the newest model when it has been out for so many hours; nil: as the account has it.
    func pivotShare(hoursSinceLaunch: Double, launch: Int) -> Double?

    /// Probability that the provider ever finds an account.
    var foundShare: Double { get }
}

extension PlannedPopulation {
    func pivotShare(hoursSinceLaunch: Double, launch: Int) -> Double? { nil }
}

/// Puts identifiers that a campaign's accounts share over what they drew; ablations replace or remove them.
struct SharedIdentity {
    let identifiers: Identifiers
    let ablations: WorldParameters.Ablations
    let serial: UInt64

    /// A shared value, or, by ablation, a fresh one.
    func value(
        _ space: IdentifierSpace, _ owner: IdentifierOwner, _ index: Int, _ stream: inout RandomStream
    ) -> UInt64 {
        stream.chance(ablations.freshIdentifiers)
            ? identifiers.value(space, .account, serial)
            : identifiers.value(space, owner, UInt64(index))
    }

    /// A campaign's template families, as many as the ablation leaves.
    func families(
        _ owner: IdentifierOwner, first: Int, count: Int, top: Double, share: Float, spread: Double,
        _ stream: inout RandomStream
    ) -> TemplateUse {
        var use = TemplateUse()
        (use.share, use.spread) = (share, Float(spread))
        guard let factor = ablations.templateFamiliesFactor, !stream.chance(ablations.freshIdentifiers) else {
            use.first = serial
            return use
        }
        (use.kind, use.owner, use.first) = (.families, owner, UInt64(first) << 20)
        let families = max(1, Double(count) * factor)
        use.size = UInt32(families)
        use.topFamily = Float(count == 1 && factor > 1 ? 1 / factor : top / max(1, factor))
        return use
    }

    /// What ablations do to a whole account.
    func ablate(_ profile: inout AccountProfile, _ stream: inout RandomStream) {
        if ablations.jitterHours > 0 {
            profile.jitterHours = Int8((stream.uniform(-1, 1) * ablations.jitterHours).rounded())
        }
        guard stream.chance(ablations.missingLinks) else { return }
        profile.tlsClient = 0
        profile.referral = 0
        profile.instrument = 0
        profile.organisation = 0
        let links: [OptionalField] = [
            .domain, .mailExchanger, .mask, .profileText, .prefix, .asn, .device, .claimedClient, .programme,
            .billingAddress, .template, .prefixes,
        ]
        for link in links { profile.absent |= link.bit }
    }
}
