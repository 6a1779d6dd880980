internal import Glibc

/// Draws accounts from a persona: everything that is an account's own, and what it shares with strangers.
///
/// What it shares with its organisation or campaign is put over it afterwards.
struct ProfileDraw: Sendable {
    let identifiers: Identifiers
    let pools: SharedPools
    let missingness: WorldParameters.Missingness

    /// An account of a persona.
    ///
    /// - Parameter serial: The account's number in its world.
    func profile(_ persona: Persona, serial: UInt64, _ stream: inout RandomStream) -> AccountProfile {
        var profile = AccountProfile()
        profile.account = identifiers.value(.account, .account, serial)
        drawSignup(persona, serial, &profile, &stream)
        drawMail(persona, serial, &profile, &stream)
        profile.network = network(kind: stream.choice(persona.network), persona, &stream)
        drawClient(persona, serial, &profile, &stream)
        drawPayment(persona, serial, &profile, &stream)
        drawActivity(persona, serial, &profile, &stream)
        drawRates(persona, &profile, &stream)
        profile.template = template(persona, serial, &stream)
        drawAbsence(&profile, &stream)
        return profile
    }

    private func drawSignup(
        _ persona: Persona, _ serial: UInt64, _ profile: inout AccountProfile, _ stream: inout RandomStream
    ) {
        // Three in ten self-served accounts get an organisation of their own by default.
        if stream.chance(0.3) { profile.organisation = identifiers.value(.organisation, .account, serial) }
        profile.channel = Int8(stream.choice(persona.channel))
        profile.pathway = Int8(stream.choice(persona.pathway))
        profile.verification = Int8(stream.choice(persona.verification))
        profile.verificationAttempts = UInt8(min(20, stream.poisson(persona.verificationAttempts)))
        profile.evidence = Float(stream.beta(6 * persona.evidence, 6 * (1 - persona.evidence)))
        profile.phoneLine = Int8(stream.choice(persona.phoneLine))
        for bit in 0..<4 where stream.chance(persona.geoMismatch[bit]) { profile.geoMismatch |= 1 << bit }
        profile.formFillMs =
            stream.chance(persona.instantForm)
            ? Int32(stream.below(400)) : Int32(min(1e7, stream.logNormal(median: persona.formFillMs, sigma: 0.7)))
        profile.captchaFails = UInt8(min(20, stream.poisson(persona.captchaFails)))
        if stream.chance(persona.referral) {
            profile.referral = identifiers.value(.referral, .world, UInt64(stream.below(pools.universities)))
        }
        profile.declaredUse = Int8(stream.choice(persona.declaredUse))
        if stream.chance(persona.credit) {
            // Credits are handed out in steps.
            let amount = stream.logNormal(median: persona.creditUsd, sigma: persona.creditUsd > 100 ? 1.3 : 0.3)
            profile.creditUsd = Float(
                amount < 100 ? max(5, (amount / 5).rounded() * 5) : (amount / 100).rounded() * 100)
        }
        let hub = stream.chance(persona.profileHub)
        profile.profileText =
            hub
            ? identifiers.value(.profile, .world, UInt64(pools.profiles.rank(stream.unit())))
            : identifiers.value(.profile, .account, serial)
    }

    private func drawMail(
        _ persona: Persona, _ serial: UInt64, _ profile: inout AccountProfile, _ stream: inout RandomStream
    ) {
        let kind = stream.choice(persona.email)
        profile.emailClass = Int8(kind)
        let (owner, index): (IdentifierOwner, UInt64) =
            switch kind {
            case 0: (.world, UInt64(pools.freeMail.rank(stream.unit())))
            case 2: (.employer, UInt64(stream.below(pools.employers)))
            case 3: (.university, UInt64(stream.below(pools.universities)))
            case 4: (.disposable, UInt64(pools.disposableDomains.rank(stream.unit())))
            case 5: (.alias, UInt64(pools.aliasServices.rank(stream.unit())))
            default: (.account, serial)
            }
        setDomain(owner, index, ageMedian: persona.customDomainAgeDays, &profile, &stream)
        profile.mask = identifiers.value(.mask, .world, UInt64(pools.masks.rank(stream.unit())))
        let isGenerated = kind >= 4
        profile.localPartEntropy = Float(min(4.6, max(0.8, (isGenerated ? 3.25 : 2.85) + 0.35 * stream.normal())))
    }

    /// Gives an account a mail domain: its age and mail exchanger follow from what it is.
    func setDomain(
        _ owner: IdentifierOwner, _ index: UInt64, ageMedian: Double, _ profile: inout AccountProfile,
        _ stream: inout RandomStream
    ) {
        profile.domain = identifiers.value(.domain, owner, index)
        // The domain's own numbers, the same for all of its accounts.
        var own = RandomStream(seed: profile.domain)
        let ownHost = identifiers.value(.mailExchanger, owner, index)
        let host = identifiers.value(.mailExchanger, .world, UInt64(pools.mailHosts.rank(own.unit())))
        switch owner {
        case .world, .alias:
            profile.domainAgeDays = Int32(own.uniform(3_500, 10_500))
            profile.mailExchanger = ownHost
        case .university:
            profile.domainAgeDays = Int32(own.uniform(3_000, 12_000))
            profile.mailExchanger = own.chance(0.5) ? host : ownHost
        case .employer:
            profile.domainAgeDays = Int32(own.logNormal(median: 4_500, sigma: 0.6))
            profile.mailExchanger = own.chance(0.8) ? host : ownHost
        case .disposable:
            profile.domainAgeDays = Int32(own.logNormal(median: 500, sigma: 1.1))
            profile.mailExchanger = identifiers.value(.mailExchanger, .disposable, index % 14)
        default:
            profile.domainAgeDays = Int32(min(12_000, own.logNormal(median: ageMedian, sigma: 1.1)))
            profile.mailExchanger = own.chance(0.85) ? host : ownHost
        }
    }

    /// An address of a kind, somewhere among everybody's.
    func network(kind: Int, _ persona: Persona, _ stream: inout RandomStream) -> NetworkAccess {
        let (owner, size) = pools.range(kind: kind)
        var access = NetworkAccess()
        access.owner = owner
        access.kind = Int8(kind)
        access.first = UInt32(stream.below(size))
        // Servers and phones move about in their provider's range, homes stay for months.
        switch kind {
        case 1: (access.size, access.stickyHours) = (UInt32(min(size, 12)), 30)
        case 2: (access.size, access.stickyHours) = (UInt32(min(size, 3)), 400)
        case 5: (access.size, access.stickyHours) = (UInt32(min(size, 20)), 20)
        default: (access.size, access.stickyHours) = (2, 2_000)
        }
        let suspicion = kind == 5 ? stream.beta(5, 1.6) : kind == 2 ? stream.beta(1.6, 4) : stream.beta(0.8, 14)
        access.suspicion = Float(min(1, suspicion + persona.proxySuspicion * stream.exponential(mean: 1)))
        let shared = [2.0, 150, 3, 60, 400, 40][kind]
        access.sharedUsers = Float(max(1, stream.logNormal(median: shared, sigma: 0.7)))
        return access
    }

    private func drawClient(
        _ persona: Persona, _ serial: UInt64, _ profile: inout AccountProfile, _ stream: inout RandomStream
    ) {
        profile.device = identifiers.value(.device, .account, serial)
        profile.deviceIntegrity = Int8(stream.choice(persona.deviceIntegrity))
        let kind = stream.choice(persona.client)
        let index: Int =
            switch kind {
            case 0: stream.below(6)
            case 1: 10 + stream.below(4)
            case 2: 20 + pools.agents.rank(stream.unit())
            default: 40 + pools.otherClients.rank(stream.unit())
            }
        profile.claimedClient = identifiers.value(.claimedClient, .world, UInt64(index))
        let shown = stream.chance(persona.clientMismatch) ? 10 + stream.below(90) : index
        profile.tlsClient = identifiers.value(.tlsClient, .world, UInt64(shown))
        profile.clientLagDays = Float(min(700, stream.exponential(mean: persona.clientLagDays)))
    }

    private func drawPayment(
        _ persona: Persona, _ serial: UInt64, _ profile: inout AccountProfile, _ stream: inout RandomStream
    ) {
        let pays = stream.chance(persona.pays)
        let delay =
            stream.chance(persona.instantPayment)
            ? stream.uniform(0.002, 0.1) : stream.logNormal(median: persona.paymentDelayHours, sigma: 1.3)
        profile.paymentDelayMs = pays ? Int64(min(delay, 90 * 24) * 3_600_000) + 1 : -1
        profile.instrumentKind = Int8(stream.choice(persona.instrument))
        let isCard = profile.instrumentKind == 0 || profile.instrumentKind == 2
        profile.instrument = identifiers.value(.instrument, .account, serial)
        profile.funding = isCard ? Int8(stream.choice(persona.funding)) : -1
        profile.isVirtualCard = stream.chance(persona.virtualCard)
        if isCard {
            let table = profile.isVirtualCard ? pools.virtualProgrammes : pools.programmes
            let rank = UInt64(table.rank(stream.unit())) + (profile.isVirtualCard ? 1_000 : 0)
            profile.programme = identifiers.value(.programme, .world, rank)
        }
        profile.issuerMatchesBilling = !stream.chance(persona.issuerMismatch)
        profile.issuerMatchesNetwork = !stream.chance(persona.issuerMismatch + persona.geoMismatch[0])
        profile.addressCheck = isCard ? Int8(stream.choice(persona.addressCheck)) : 2
        profile.codeCheck = isCard ? Int8(stream.choice(persona.codeCheck)) : 2
        profile.threeDs = isCard ? Int8(stream.choice(persona.threeDs)) : 2
        profile.declines = UInt8(min(40, stream.poisson(stream.gamma(mean: persona.declines, shape: 0.5))))
        profile.instruments = UInt8(1 + min(40, stream.poisson(persona.instruments)))
        profile.disputes = Float(persona.disputes)
        profile.planUsd = [0, 20, 100, 200][stream.choice(persona.plan)]
        profile.topUpVariation = Float(stream.logNormal(median: 0.5, sigma: 0.7))
        // Registered agents and mail forwarders are everybody's addresses.
        profile.billingAddress =
            stream.chance(0.03)
            ? identifiers.value(.billingAddress, .world, UInt64(stream.below(pools.universities)))
            : identifiers.value(.billingAddress, .account, serial)
        if stream.chance(persona.sharedCard) {
            let household = UInt64(stream.below(pools.homes))
            profile.instrument = identifiers.value(.instrument, .world, household)
            profile.billingAddress = identifiers.value(.billingAddress, .employer, household)
        }
    }

    private func drawActivity(
        _ persona: Persona, _ serial: UInt64, _ profile: inout AccountProfile, _ stream: inout RandomStream
    ) {
        let sigma = log(persona.requestsP95 / persona.requestsMedian) / 1.645
        let between = min(6 * persona.requestsP95, stream.logNormal(median: persona.requestsMedian, sigma: 0.8 * sigma))
        profile.requestsPerDay = Float(between)
        profile.daySigma = Float(min(1.1, 0.6 * sigma))
        let activity = min(0.98, persona.daysPerWeek / 7 * stream.logNormal(median: 1, sigma: 0.3))
        let average = (5 + 2 * persona.weekendFactor) / 7
        profile.weekdayActivity = Float(min(1, activity / average))
        profile.weekendActivity = Float(min(1, activity / average * persona.weekendFactor))
        profile.rhythm = stream.chance(persona.continuous) ? .continuous : persona.rhythm
        // Most customers are at home in three bands of time zones.
        let zone = [-7.0, -5, 0, 1, 2, 5.5, 8, 9][stream.choice([2, 3, 1.5, 2, 1, 1.5, 1, 1])]
        profile.startHour = Float((10 + 2.2 * stream.normal() - zone + 48).truncatingRemainder(dividingBy: 24))
        profile.dayLengthHours = Float(min(20, stream.logNormal(median: persona.dayLengthHours, sigma: 0.4)))
    }

    private func drawRates(_ persona: Persona, _ profile: inout AccountProfile, _ stream: inout RandomStream) {
        func around(_ mean: Double, _ weight: Double) -> Float {
            mean <= 0 ? 0 : Float(stream.beta(weight * mean, weight * (1 - mean)))
        }
        profile.tokensIn = Float(stream.logNormal(median: persona.tokensIn, sigma: 0.6))
        profile.tokensOut = Float(stream.logNormal(median: persona.tokensOut, sigma: 0.5))
        profile.utilisation = around(persona.utilisation, 5)
        profile.rampDays = Float(persona.rampDays * stream.uniform(0.4, 1.6))
        profile.intervalVariation = Float(stream.logNormal(median: persona.intervalVariation, sigma: 0.35))
        profile.addresses = Float(stream.logNormal(median: persona.addresses, sigma: 0.8))
        profile.clients = Float(stream.logNormal(median: persona.clients, sigma: 0.6))
        profile.rate429 = Float(stream.logNormal(median: persona.rate429, sigma: 0.9))
        profile.rate403 = Float(stream.logNormal(median: persona.rate403, sigma: 0.9))
        profile.retryElsewhere = Float(persona.retryElsewhere)
        profile.switchHours =
            stream.chance(persona.launchDaySwitch)
            ? Float(stream.uniform(0, 20)) : Float(24 * stream.logNormal(median: persona.switchDays, sigma: 0.9))
        profile.switchShare = around(persona.switchShare, 6)
        let explains = stream.chance(persona.explains)
        profile.cotRate = around(explains ? max(0.5, persona.cotRate) : persona.cotRate, 4)
        profile.gradingRate = around(persona.gradingRate, 4)
        profile.injectedShare = around(persona.injectedShare, 3)
        profile.fullHistoryShare = around(persona.fullHistoryShare, 3)
        profile.cacheRatio = around(persona.cacheRatio, 6)
        profile.metadataMissing = around(persona.metadataMissing, 1.2)
        profile.replays = Float(stream.chance(0.02) ? 0.003 : persona.replays)
        if stream.chance(persona.endUsers) {
            profile.endUsers = Float(stream.logNormal(median: persona.endUsersMedian, sigma: 1.3))
            profile.languages = Float(max(1, stream.logNormal(median: persona.languages, sigma: 0.6)))
        }
        profile.capability = Capabilities(
            persona.capability.map { $0 <= 0 ? 0 : stream.gamma(shape: $0 * persona.capabilityFocus) })
    }

    /// Where an ordinary account's prompts come from.
    func template(_ persona: Persona, _ serial: UInt64, _ stream: inout RandomStream) -> TemplateUse {
        var use = TemplateUse()
        use.spread = Float(0.15 * stream.unit())
        use.share = Float(stream.beta(12 * persona.templateShare, 12 * (1 - persona.templateShare)))
        switch stream.choice(persona.template) {
        case 0: use.first = serial
        case 1: (use.owner, use.first) = (.world, UInt64(pools.prompts.rank(stream.unit())))
        default: (use.kind, use.owner, use.first) = (.agent, .world, UInt64(pools.agents.rank(stream.unit())))
        }
        return use
    }

    private func drawAbsence(_ profile: inout AccountProfile, _ stream: inout RandomStream) {
        for field in OptionalField.allCases {
            let rate =
                switch field {
                case .phone: missingness.phone
                case .device: missingness.device
                case .addressCheck: missingness.addressCheck
                default: missingness.otherByAccount
                }
            if stream.chance(rate) { profile.absent |= field.bit }
        }
    }
}
