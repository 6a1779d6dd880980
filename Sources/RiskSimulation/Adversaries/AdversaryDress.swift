internal import Glibc

/// Draws one adversary account: its persona, and what it shares put over it.
struct AdversaryDress {
    /// Invented organisations of ``Adversary/programmeAbuse``.
    static let organisations = 12

    let kind: Adversary
    let account: PlannedAccount
    /// The adversary's accounts in this world.
    let members: Int
    let scale: Double
    let draw: ProfileDraw
    let shared: SharedIdentity
    var stream: RandomStream

    private var serial: UInt64 { shared.serial }

    /// The account as it is made.
    mutating func profile() -> AccountProfile {
        let isFlood = kind == .hubHiding && account.cohort == 1
        var profile = draw.profile(isFlood ? .flood : Persona.of(kind, &stream), serial: serial, &stream)
        switch kind {
        case .slowDrip: drip(&profile)
        case .userRelay: relay(&profile)
        case .rotatingFew: rotate(&profile)
        case .wideThin: profile.template = sketched(texts: 4, share: 0.95, spread: 0.25)
        case .unshared: unshare(&profile)
        case .hubHiding: hide(&profile, isFlood: isFlood)
        case .programmeAbuse: enrol(&profile)
        case .stolenKeys: break
        case .banAware: joinCell(&profile)
        case .paraphrase: paraphrase(&profile)
        }
        return profile
    }

    /// The account from the day on that it is put to work, or that somebody else has its key.
    mutating func turn(_ profile: inout AccountProfile) {
        switch kind {
        case .slowDrip:
            work(&profile, templates: 12, top: 0.5, share: 0.7, cot: 0.4)
            profile.rhythm = .pooled
        case .stolenKeys: steal(&profile)
        default: break
        }
    }

    /// One of the adversary's own identifiers; by ablation a fresh one.
    private mutating func own(_ space: IdentifierSpace, _ index: Int) -> UInt64 {
        shared.value(space, .adversary, kind.number << 40 | index, &stream)
    }

    private mutating func around(_ mean: Double, _ weight: Double) -> Float {
        Float(stream.beta(weight * mean, weight * (1 - mean)))
    }

    /// A card, and mostly its billing address, of as many accounts as that.
    private mutating func shareCard(_ profile: inout AccountProfile, accounts: Double) {
        let card = stream.below(max(1, Int(Double(members) / (accounts * shared.ablations.accountsPerCardFactor))))
        profile.instrument = own(.instrument, card)
        if stream.chance(0.5) { profile.billingAddress = own(.billingAddress, card) }
    }

    /// One of the adversary's prefixes of a kind of network, somewhere among everybody's.
    private mutating func shareExit(_ profile: inout AccountProfile, exit: Int, stickyHours: UInt16) {
        guard !stream.chance(shared.ablations.freshIdentifiers) else { return }
        let range = draw.pools.range(kind: Int(profile.network.kind)).size
        let place = mixed(mixed(0xADE, UInt64(kind.number)), UInt64(exit))
        profile.network.first = UInt32(place % UInt64(max(1, range - 2)))
        profile.network.size = 2
        profile.network.stickyHours = stickyHours
    }

    private mutating func families(count: Int, first: Int, top: Double, share: Float) -> TemplateUse {
        shared.families(
            .adversary, first: kind.number << 20 | first, count: count, top: top, share: share, spread: 0.12, &stream)
    }

    /// A reference of the account's own over a text that others have nearly the same.
    private mutating func sketched(texts: Int, share: Double, spread: Float) -> TemplateUse {
        var use = TemplateUse()
        (use.first, use.spread, use.share) = (serial, spread, around(share, 12))
        use.sketch = own(.minhash, stream.below(texts))
        return use
    }

    /// The campaign's work: narrow, templated, after reasoning.
    private mutating func work(
        _ profile: inout AccountProfile, templates: Int, top: Double, share: Double, cot: Double
    ) {
        profile.group = 0xAD00 + UInt64(kind.number)
        profile.template = families(count: templates, first: 0, top: top, share: around(share, 12))
        let weights = [0.05, 0.05, 0.3, 3.4, 2.6, 1.2, 0.05, 0.05, 1.8, 0.2, 0.05, 0.2]
        profile.capability = Capabilities(weights.map { stream.gamma(shape: $0 * 15) })
        profile.cotRate = around(cot, 10)
        profile.tokensIn = Float(stream.logNormal(median: 4_000, sigma: 0.4))
        profile.tokensOut = Float(stream.logNormal(median: 1_100, sigma: 0.4))
        (profile.switchHours, profile.switchShare) = (30, 0.9)
    }

    private mutating func drip(_ profile: inout AccountProfile) {
        shareCard(&profile, accounts: 1.5)
        if profile.emailClass == 1, !stream.chance(shared.ablations.freshIdentifiers) {
            // Neighbours in order of birth share a small domain.
            let domain = UInt64(kind.number << 40 | account.index / 15)
            draw.setDomain(.adversary, domain, ageMedian: 400, &profile, &stream)
        }
    }

    private mutating func relay(_ profile: inout AccountProfile) {
        shareCard(&profile, accounts: 3)
        if profile.network.kind == 2 { shareExit(&profile, exit: stream.below(1 + members / 40), stickyHours: 48) }
        profile.startHour = Float((25 + 2 * stream.normal()).truncatingRemainder(dividingBy: 24))
        if stream.chance(0.25) { profile.template = families(count: 1, first: 0, top: 1, share: around(0.5, 8)) }
    }

    private mutating func rotate(_ profile: inout AccountProfile) {
        work(&profile, templates: 3, top: 0.7, share: 0.75, cot: 0.2)
        profile.capability = Capabilities([0, 0.1, 0.4, 2, 1, 0.3, 0, 0, 1.5, 4.5, 0.1, 0.1])
        shareCard(&profile, accounts: 4)
        shareExit(&profile, exit: stream.below(8), stickyHours: 72)
        (profile.gradingRate, profile.injectedShare) = (around(0.5, 10), around(0.6, 10))
        profile.fullHistoryShare = around(0.6, 10)
        profile.replays = 0.23
    }

    /// Public hubs stay what a stranger has; everything else is the account's alone.
    private mutating func unshare(_ profile: inout AccountProfile) {
        profile.group = 0xAD00 + UInt64(kind.number)
        draw.setDomain(.account, serial, ageMedian: 300, &profile, &stream)
        profile.emailClass = 1
        profile.mailExchanger = draw.identifiers.value(.mailExchanger, .account, serial)
        profile.mask = draw.identifiers.value(.mask, .account, serial)
        profile.profileText = draw.identifiers.value(.profile, .account, serial)
        profile.billingAddress = draw.identifiers.value(.billingAddress, .account, serial)
        profile.instrument = draw.identifiers.value(.instrument, .account, serial)
        profile.organisation = 0
        profile.referral = 0
        profile.network.owner = .account
        (profile.network.first, profile.network.size) = (UInt32(truncatingIfNeeded: serial), 1)
        profile.template = TemplateUse()
        (profile.template.first, profile.template.share) = (serial, around(0.8, 12))
        let weights = [0.1, 0.1, 0.2, 2.5, 2.5, 1.8, 0, 0, 2.6, 0.3, 0, 0.1]
        profile.capability = Capabilities(weights.map { $0 <= 0 ? 0 : stream.gamma(shape: $0 * 25) })
        profile.cotRate = around(0.5, 12)
    }

    private mutating func hide(_ profile: inout AccountProfile, isFlood: Bool) {
        if !isFlood {
            // A carrier's largest region: hundreds of strangers to an address.
            let region = max(1, Int((26.7 * scale).rounded()))
            (profile.network.first, profile.network.size) = (0, UInt32(region))
            profile.network.stickyHours = 40
            profile.network.sharedUsers = Float(stream.logNormal(median: 1_500, sigma: 0.5))
            profile.capability = Capabilities([0.1, 0.1, 0.3, 5, 3, 1, 0, 0, 0.6, 0.05, 0, 0.1])
            profile.cotRate = around(0.15, 8)
        }
        shareCard(&profile, accounts: 3)
        let device = stream.below(max(1, members / 2))
        if stream.chance(isFlood ? 0.8 : 0.7) { profile.device = own(.device, device) }
    }

    private mutating func enrol(_ profile: inout AccountProfile) {
        let organisation = account.cohort
        // Start-up programme, education, security research: a third each.
        let programme = organisation % 3
        profile.channel = Int8([1, 2, 3][programme])
        profile.declaredUse = Int8([2, 4, 5][programme])
        profile.creditUsd = [2_500, 300, 1_000][programme]
        profile.emailClass = programme == 1 ? 3 : 1
        if programme == 2, stream.chance(0.5) { profile.contract = 3 }
        work(&profile, templates: 1, top: 1, share: 0.6, cot: 0.3)
        profile.template = families(count: 1, first: 1 + stream.below(30), top: 1, share: profile.template.share)
        profile.organisation = own(.organisation, organisation)
        if !stream.chance(shared.ablations.freshIdentifiers) {
            draw.setDomain(
                .adversary, UInt64(kind.number << 40 | organisation), ageMedian: 90, &profile, &stream)
        }
        profile.instrument = own(.instrument, organisation)
        profile.billingAddress = own(.billingAddress, organisation)
        profile.profileText = own(.profile, organisation)
        if profile.network.kind == 2 { shareExit(&profile, exit: organisation, stickyHours: 100) }
    }

    /// Another's machine, network and prompts on the owner's identity and card.
    private mutating func steal(_ profile: inout AccountProfile) {
        work(&profile, templates: 3, top: 0.6, share: 0.8, cot: 0.5)
        profile.network = draw.network(kind: [0, 2, 5][stream.choice([5, 3, 2])], .stolenKey, &stream)
        if profile.tlsClient != 0 {
            profile.tlsClient = draw.identifiers.value(.tlsClient, .world, UInt64(10 + stream.below(4)))
        }
        profile.device = draw.identifiers.value(.device, .account, serial, 1)
        profile.geoMismatch |= stream.chance(0.7) ? 1 : 0
        let isShort = account.turnHours <= 20
        profile.rhythm = isShort ? .person : .continuous
        (profile.startHour, profile.dayLengthHours) = (Float(account.turnHour), Float(account.turnHours))
        (profile.utilisation, profile.rampDays) = (around(0.85, 8), 0)
        (profile.addresses, profile.rate429) = (6, 0.04)
        profile.metadataMissing = around(0.5, 4)
    }

    private mutating func joinCell(_ profile: inout AccountProfile) {
        let cell = account.cohort
        work(&profile, templates: 1, top: 1, share: 0.85, cot: 0.6)
        profile.template = families(count: 1, first: 1 + cell, top: 1, share: profile.template.share)
        profile.instrument = own(.instrument, cell * 2 + stream.below(2))
        if stream.chance(0.4) { profile.device = own(.device, cell) }
        shareExit(&profile, exit: cell, stickyHours: 24)
        // What its makers do not think of changing.
        profile.mask = own(.mask, stream.below(4))
        profile.profileText = own(.profile, stream.below(6))
    }

    private mutating func paraphrase(_ profile: inout AccountProfile) {
        work(&profile, templates: 1, top: 1, share: 0.85, cot: 0.6)
        profile.template = sketched(texts: 5, share: 0.85, spread: 0.3)
        profile.template.isParaphrased = true
        shareCard(&profile, accounts: 4)
        if profile.network.kind == 0 { shareExit(&profile, exit: stream.below(1 + members / 6), stickyHours: 24) }
    }
}
