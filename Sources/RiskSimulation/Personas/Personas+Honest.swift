/// The honest segments. The raw value is the word of the truth file.
enum Segment: String, CaseIterable, Sendable {
    case hobby
    case indieApp = "indie_app"
    case codingIndividual = "coding_individual"
    case startup = "ca_startup"
    case universityLab = "ul_lab"
    case enterprise = "en_enterprise"
    case reseller = "rs_reseller"
    case evalVendor = "eval_vendor"
    case ciBatch = "ci_batch"
    case privacyTools = "privacy_tools"
    case cgnatRegion = "cgnat_region"
    case hackathon
    // On top of a world.
    case classOnNat = "class_on_nat"
    case rollout
    case rolloutFirstDay = "rollout_first_day"
    case auditApp = "audit_app"
    case nightlyRegression = "nightly_regression"
    case gateway
    case migration
    case hackathonDay = "hackathon_day"
    case newReseller = "reseller_new"
    case newEvalVendor = "eval_vendor_new"
    case newPrivacyTools = "privacy_tools_new"
    case newCGNAT = "cgnat_region_new"

    /// How its accounts are distributed.
    var persona: Persona {
        switch self {
        case .hobby: .hobby
        case .indieApp: .indieApp
        case .codingIndividual: .codingIndividual
        case .startup: .startup
        case .universityLab: .universityLab
        case .enterprise: .enterprise
        case .reseller: .reseller
        case .evalVendor: .evalVendor
        case .ciBatch: .ciBatch
        case .privacyTools: .privacyTools
        case .cgnatRegion: .cgnatRegion
        case .hackathon: .hackathon
        default: extraPersona
        }
    }
}

extension Persona {
    /// Half of all accounts: little use, many one-day lives.
    static var hobby: Persona { Persona() }

    /// A single product with one prompt and end users of its own.
    static var indieApp: Persona {
        var it = Persona()
        it.pathway = [0.88, 0.03, 0.06, 0.03]
        it.email = [0.55, 0.28, 0.08, 0.03, 0.02, 0.04]
        it.customDomainAgeDays = 300
        it.network = [0.42, 0.05, 0.40, 0.08, 0.01, 0.04]
        it.client = [0.1, 0.65, 0.1, 0.15]
        it.declaredUse = [0.3, 0.15, 0.2, 0.15, 0.03, 0.02, 0.03, 0.12]
        it.pays = 0.8
        it.virtualCard = 0.18
        it.plan = [0.85, 0.1, 0.04, 0.01]
        (it.lifeDaysMedian, it.lifeDaysSigma, it.oneDay) = (20, 1.1, 0.08)
        (it.daysPerWeek, it.weekendFactor) = (5.5, 0.95)
        (it.requestsMedian, it.requestsP95) = (150, 4000)
        (it.continuous, it.dayLengthHours) = (0.35, 12)
        (it.tokensIn, it.tokensOut) = (2_000, 500)
        (it.utilisation, it.intervalVariation) = (0.35, 1.6)
        it.capability = [2, 1.5, 1.2, 1, 0.8, 0.2, 0.1, 0.5, 0.4, 0.1, 0.05, 0.5]
        it.capabilityFocus = 0.5
        it.template = [0.86, 0.06, 0.08]
        it.templateShare = 0.93
        it.cacheRatio = 0.45
        (it.endUsers, it.endUsersMedian, it.languages) = (0.7, 60, 3)
        return it
    }

    /// A developer with a public coding agent.
    static var codingIndividual: Persona {
        var it = Persona()
        it.pathway = [0.6, 0.3, 0.05, 0.05]
        it.email = [0.66, 0.16, 0.09, 0.03, 0.015, 0.045]
        it.network = [0.70, 0.06, 0.09, 0.09, 0.01, 0.05]
        it.client = [0.05, 0.1, 0.78, 0.07]
        it.declaredUse = [0.05, 0.72, 0.12, 0.03, 0.02, 0.01, 0.005, 0.045]
        it.pays = 0.9
        it.plan = [0.3, 0.35, 0.2, 0.15]
        (it.lifeDaysMedian, it.lifeDaysSigma, it.oneDay) = (32, 1.0, 0.04)
        (it.daysPerWeek, it.weekendFactor) = (4.5, 0.5)
        (it.requestsMedian, it.requestsP95) = (350, 1500)
        it.dayLengthHours = 7
        (it.tokensIn, it.tokensOut) = (6_000, 900)
        (it.utilisation, it.intervalVariation) = (0.45, 1.9)
        it.launchDaySwitch = 0.35
        it.switchDays = 4
        it.capability = [0.2, 0.2, 0.4, 9, 3, 0.9, 0.1, 0.1, 0.3, 0.05, 0.02, 0.2]
        it.capabilityFocus = 12
        it.template = [0.03, 0.01, 0.96]
        it.templateShare = 0.98
        it.cacheRatio = 0.72
        return it
    }

    /// A start-up that builds coding agents: the busiest accounts of all.
    static var startup: Persona {
        var it = codingIndividual
        it.channel = [0.42, 0.45, 0.005, 0.005, 0.01, 0.06, 0.05]
        it.pathway = [0.86, 0.02, 0.09, 0.03]
        it.verification = [0.08, 0.42, 0.3, 0.12, 0.05, 0.03, 0]
        it.email = [0.12, 0.80, 0.05, 0.01, 0.005, 0.015]
        it.customDomainAgeDays = 60
        it.network = [0.22, 0.02, 0.60, 0.11, 0, 0.05]
        it.client = [0.02, 0.5, 0.4, 0.08]
        it.deviceIntegrity = [0.86, 0.03, 0.06, 0.01, 0.04]
        it.declaredUse = [0.02, 0.5, 0.36, 0.04, 0.02, 0.02, 0.01, 0.03]
        (it.credit, it.creditUsd) = (0.5, 4_000)
        (it.pays, it.virtualCard) = (0.92, 0.45)
        it.plan = [0.7, 0.1, 0.1, 0.1]
        (it.lifeDaysMedian, it.lifeDaysSigma, it.oneDay) = (50, 0.8, 0.01)
        (it.daysPerWeek, it.weekendFactor) = (6, 0.75)
        (it.requestsMedian, it.requestsP95) = (900, 6000)
        (it.continuous, it.dayLengthHours) = (0.4, 11)
        (it.utilisation, it.rampDays) = (0.7, 1)
        it.addresses = 3
        (it.rate429, it.retryElsewhere) = (0.02, 0.03)
        it.launchDaySwitch = 0.5
        it.template = [0.5, 0.02, 0.48]
        it.templateShare = 0.96
        it.explains = 0.06
        return it
    }

    /// Students of one laboratory: one address range, often one card, lessons at fixed hours.
    static var universityLab: Persona {
        var it = Persona()
        it.channel = [0.17, 0.005, 0.75, 0.015, 0.03, 0.01, 0.02]
        it.verification = [0.1, 0.3, 0.35, 0.2, 0.05, 0, 0]
        (it.verificationAttempts, it.evidence) = (0.6, 0.66)
        it.email = [0.12, 0.02, 0.005, 0.85, 0.003, 0.002]
        it.network = [0.14, 0.05, 0.03, 0.01, 0.75, 0.02]
        it.geoMismatch = [0.15, 0.25, 0.08, 0.2]
        it.declaredUse = [0.1, 0.2, 0.05, 0.12, 0.42, 0.08, 0, 0.03]
        it.pays = 0.75
        it.funding = [0.45, 0.3, 0.25]
        (it.lifeDaysMedian, it.lifeDaysSigma, it.oneDay) = (70, 0.8, 0.04)
        (it.daysPerWeek, it.weekendFactor) = (3, 0.4)
        (it.requestsMedian, it.requestsP95) = (40, 900)
        it.rhythm = .lessons
        it.launchDaySwitch = 0.3
        it.capability = [1.5, 1, 1.5, 2.5, 0.5, 0.2, 0.1, 0.4, 2.2, 0.6, 0.1, 0.5]
        it.capabilityFocus = 1
        it.template = [0.6, 0.28, 0.12]
        it.templateShare = 0.55
        (it.cotRate, it.gradingRate, it.explains) = (0.15, 0.1, 0.2)
        return it
    }

    /// Seats behind single sign-on, provisioned together, one egress, invoice.
    static var enterprise: Persona {
        var it = Persona()
        it.channel = [0.06, 0, 0, 0, 0.84, 0.06, 0.04]
        it.pathway = [0.45, 0.42, 0.13, 0]
        it.verification = [0.01, 0.03, 0.04, 0.02, 0.02, 0.08, 0.8]
        it.evidence = 0.85
        it.email = [0.01, 0.03, 0.955, 0, 0, 0.005]
        it.network = [0.12, 0.02, 0.1, 0.7, 0, 0.06]
        it.proxySuspicion = 0.15
        it.geoMismatch = [0.3, 0.1, 0.2, 0.15]
        it.client = [0.35, 0.25, 0.35, 0.05]
        it.clientLagDays = 60
        it.instantForm = 0.8
        it.declaredUse = [0.3, 0.35, 0.1, 0.15, 0.02, 0.02, 0, 0.06]
        it.credit = 0.05
        it.pays = 0.97
        it.instantPayment = 0.7
        it.instrument = [0.14, 0.8, 0.01, 0.05, 0, 0, 0]
        it.virtualCard = 0.4
        it.issuerMismatch = 0.15
        it.plan = [0.3, 0.4, 0.2, 0.1]
        (it.lifeDaysMedian, it.lifeDaysSigma, it.oneDay) = (100, 0.7, 0.05)
        (it.daysPerWeek, it.weekendFactor) = (3.5, 0.08)
        (it.requestsMedian, it.requestsP95) = (60, 700)
        (it.rhythm, it.continuous) = (.office, 0.06)
        (it.tokensIn, it.tokensOut) = (3_500, 600)
        (it.addresses, it.clients) = (0.5, 0.6)
        (it.switchDays, it.launchDaySwitch) = (30, 0.03)
        it.capability = [2, 2, 2, 5, 1.2, 0.4, 0.1, 0.4, 0.3, 0.1, 0.05, 0.5]
        it.capabilityFocus = 1.5
        it.template = [0.55, 0.1, 0.35]
        it.templateShare = 0.7
        (it.explains, it.metadataMissing) = (0.1, 0.4)
        it.cacheRatio = 0.5
        return it
    }

    /// Sub-accounts of a permitted reseller: many end users and languages, balanced load.
    static var reseller: Persona {
        var it = Persona()
        it.channel = [0.1, 0, 0, 0, 0.1, 0.5, 0.3]
        it.pathway = [0.7, 0.02, 0.13, 0.15]
        it.verification = [0, 0.02, 0.05, 0.05, 0.08, 0.3, 0.5]
        it.evidence = 0.8
        it.email = [0.02, 0.5, 0.48, 0, 0, 0]
        it.customDomainAgeDays = 900
        it.network = [0.02, 0, 0.85, 0.1, 0, 0.03]
        it.client = [0.02, 0.6, 0.2, 0.18]
        it.instantForm = 0.75
        it.declaredUse = [0.08, 0.05, 0.07, 0.02, 0, 0, 0.75, 0.03]
        it.credit = 0.02
        it.pays = 1
        it.instrument = [0.4, 0.45, 0, 0.15, 0, 0, 0]
        it.plan = [1, 0, 0, 0]
        (it.lifeDaysMedian, it.lifeDaysSigma, it.oneDay) = (160, 0.6, 0)
        (it.daysPerWeek, it.weekendFactor) = (7, 0.9)
        (it.requestsMedian, it.requestsP95) = (500, 2500)
        it.rhythm = .continuous
        (it.tokensIn, it.tokensOut) = (2_500, 550)
        (it.utilisation, it.intervalVariation) = (0.7, 1.1)
        (it.addresses, it.clients) = (2, 3)
        (it.rate429, it.retryElsewhere) = (0.02, 0.05)
        it.capability = [3, 2.5, 1, 2.5, 0.8, 0.2, 0.1, 0.5, 0.5, 0.1, 0.05, 0.8]
        it.capabilityFocus = 8
        it.templateShare = 0.35
        it.metadataMissing = 0.5
        it.cacheRatio = 0.25
        (it.endUsers, it.endUsersMedian, it.languages) = (0.6, 300, 20)
        return it
    }

    /// A firm that measures models for others.
    static var evalVendor: Persona {
        var it = indieApp
        it.email = [0.1, 0.6, 0.27, 0.02, 0, 0.01]
        it.declaredUse = [0.02, 0.05, 0.05, 0.08, 0.1, 0.66, 0, 0.04]
        (it.lifeDaysMedian, it.lifeDaysSigma, it.oneDay) = (120, 0.8, 0.01)
        (it.requestsMedian, it.requestsP95) = (600, 6000)
        (it.continuous, it.daysPerWeek) = (0.6, 4.5)
        (it.tokensIn, it.tokensOut) = (3_000, 200)
        (it.launchDaySwitch, it.switchDays) = (0.95, 1)
        it.capability = [0.2, 0.2, 0.4, 0.6, 0.3, 0.1, 0.1, 0.1, 1, 7, 0.4, 0.1]
        it.capabilityFocus = 6
        it.templateShare = 0.7
        (it.gradingRate, it.cotRate, it.explains) = (0.7, 0.12, 0.3)
        it.endUsers = 0.02
        return it
    }

    /// Nightly regressions from hundreds of runners.
    static var ciBatch: Persona {
        var it = startup
        it.network = [0.02, 0, 0.9, 0.06, 0, 0.02]
        it.email = [0.15, 0.5, 0.33, 0.01, 0, 0.01]
        it.customDomainAgeDays = 900
        it.credit = 0.1
        it.deviceIntegrity = [0.6, 0.05, 0.2, 0, 0.15]
        (it.continuous, it.daysPerWeek, it.weekendFactor) = (1, 6.5, 0.8)
        (it.requestsMedian, it.requestsP95) = (500, 3000)
        it.intervalVariation = 0.9
        it.addresses = 120
        it.launchDaySwitch = 0.2
        (it.clients, it.template) = (1.2, [0.7, 0.02, 0.28])
        return it
    }

    /// People behind VPNs, with alias mail.
    static var privacyTools: Persona {
        var it = Persona()
        it.email = [0.3, 0.06, 0.01, 0.01, 0.12, 0.5]
        it.network = [0.16, 0.04, 0.25, 0.01, 0.01, 0.53]
        it.proxySuspicion = 0.35
        it.geoMismatch = [0.5, 0.35, 0.45, 0.15]
        it.clientMismatch = 0.12
        it.phoneLine = [0.5, 0.02, 0.3, 0.18]
        it.virtualCard = 0.35
        it.funding = [0.25, 0.4, 0.35]
        it.instrument = [0.74, 0, 0.1, 0.02, 0.09, 0.05, 0]
        it.addresses = 2
        it.metadataMissing = 0.5
        return it
    }

    /// A region where hundreds of strangers share an address.
    static var cgnatRegion: Persona {
        var it = Persona()
        it.email = [0.93, 0.02, 0.01, 0.015, 0.015, 0.01]
        it.network = [0.08, 0.9, 0.005, 0.005, 0.005, 0.005]
        it.funding = [0.12, 0.5, 0.38]
        it.pays = 0.22
        it.addressCheck = [0.1, 0.05, 0.85]
        it.verification = [0.3, 0.42, 0.24, 0.03, 0.01, 0, 0]
        it.addresses = 0.6
        return it
    }

    /// Two days, one venue, one code.
    static var hackathon: Persona {
        var it = Persona()
        it.channel = [0.45, 0.3, 0.1, 0.01, 0, 0, 0.14]
        it.email = [0.62, 0.08, 0.05, 0.22, 0.01, 0.02]
        it.client = [0.2, 0.5, 0.25, 0.05]
        it.referral = 0.92
        (it.credit, it.creditUsd) = (0.95, 25)
        it.declaredUse = [0.12, 0.24, 0.42, 0.08, 0.04, 0.01, 0.005, 0.085]
        it.pays = 0.1
        (it.lifeDaysMedian, it.lifeDaysSigma, it.oneDay) = (3, 0.6, 0.15)
        it.daysPerWeek = 6
        it.weekendFactor = 1
        (it.requestsMedian, it.requestsP95) = (80, 700)
        (it.utilisation, it.rampDays) = (0.6, 0.5)
        it.dayLengthHours = 10
        it.template = [0.5, 0.2, 0.3]
        it.templateShare = 0.6
        it.capability = [1, 0.6, 0.6, 4, 3, 0.3, 0.3, 0.6, 0.3, 0.05, 0.02, 0.3]
        return it
    }
}
