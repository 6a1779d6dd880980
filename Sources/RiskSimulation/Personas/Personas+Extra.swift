/// Honest customers whose ways look like a campaign's on one count or another, in numbers that one can judge.
extension Segment {
    /// The segments of every world.
    static let usual: [Segment] = [
        .hobby, .indieApp, .codingIndividual, .startup, .universityLab, .enterprise, .reseller, .evalVendor, .ciBatch,
        .privacyTools, .cgnatRegion, .hackathon,
    ]

    /// The segments that come on top when asked for, from 2026-04-22 on.
    static let extra: [Segment] = [
        .classOnNat, .rollout, .rolloutFirstDay, .auditApp, .nightlyRegression, .gateway, .migration, .hackathonDay,
        .newReseller, .newEvalVendor, .newPrivacyTools, .newCGNAT,
    ]

    /// Accounts of an extra segment at scale 1: at a tenth there are still enough to see one in a hundred.
    var extraAccounts: Double {
        switch self {
        case .rollout, .rolloutFirstDay: 20_000
        default: 4_000
        }
    }

    /// Whether the accounts of an extra segment belong to no organisation.
    var areStrangers: Bool {
        switch self {
        case .newEvalVendor, .newPrivacyTools, .newCGNAT: true
        default: false
        }
    }

    /// How accounts of an extra segment are distributed.
    var extraPersona: Persona {
        switch self {
        case .classOnNat: .classOnNat
        case .rollout, .rolloutFirstDay: .rollout
        case .auditApp: .auditApp
        case .nightlyRegression: .nightlyRegression
        case .gateway: .gateway
        case .migration: .migration
        case .hackathonDay: .hackathon
        case .newReseller: .reseller
        case .newEvalVendor: .evalVendor
        case .newPrivacyTools: .privacyTools
        default: .cgnatRegion
        }
    }
}

extension Persona {
    /// A course, not a laboratory: personal mail, little use, everything in lessons.
    fileprivate static var classOnNat: Persona {
        var it = universityLab
        it.channel = [0.5, 0.005, 0.45, 0, 0.02, 0.005, 0.02]
        it.email = [0.5, 0.02, 0.01, 0.45, 0.01, 0.01]
        it.network = [0.05, 0.04, 0, 0, 0.9, 0.01]
        (it.lifeDaysMedian, it.oneDay) = (45, 0.1)
        (it.requestsMedian, it.requestsP95) = (25, 300)
        it.pays = 0.6
        return it
    }

    /// Seats of a company that come on one day.
    fileprivate static var rollout: Persona {
        var it = enterprise
        it.channel = [0, 0, 0, 0, 1, 0, 0]
        it.email = [0, 0.01, 0.99, 0, 0, 0]
        it.network = [0.1, 0.02, 0.03, 0.8, 0, 0.05]
        it.oneDay = 0.15
        (it.daysPerWeek, it.requestsMedian, it.requestsP95) = (3, 30, 400)
        return it
    }

    /// A regulated product that has to say why: every request asks for the reasons.
    fileprivate static var auditApp: Persona {
        var it = indieApp
        it.email = [0.08, 0.42, 0.49, 0.01, 0, 0]
        it.network = [0.08, 0, 0.75, 0.15, 0, 0.02]
        it.verification = [0, 0.1, 0.3, 0.2, 0.1, 0.25, 0.05]
        it.declaredUse = [0.1, 0.3, 0.1, 0.35, 0.02, 0.08, 0, 0.05]
        it.pays = 0.98
        (it.lifeDaysMedian, it.oneDay) = (90, 0.02)
        it.capability = [0.5, 1.5, 3, 0.2, 0.2, 0.1, 0, 0.2, 3, 1, 0.2, 0.3]
        it.template = [1, 0, 0]
        it.templateShare = 0.97
        (it.cotRate, it.explains, it.gradingRate) = (0.8, 1, 0.12)
        return it
    }

    /// Test suites that run at the same hour of each night from hundreds of runners.
    fileprivate static var nightlyRegression: Persona {
        var it = ciBatch
        (it.rhythm, it.continuous) = (.nightly, 0)
        (it.daysPerWeek, it.weekendFactor) = (7, 1)
        (it.lifeDaysMedian, it.oneDay) = (120, 0)
        it.template = [1, 0, 0]
        it.templateShare = 0.98
        it.gradingRate = 0.25
        return it
    }

    /// A gateway in front of many products: no reseller's contract, everybody's requests.
    fileprivate static var gateway: Persona {
        var it = reseller
        it.channel = [0.6, 0.15, 0, 0, 0.05, 0.1, 0.1]
        it.pathway = [0.8, 0, 0.05, 0.15]
        it.verification = [0.01, 0.1, 0.3, 0.2, 0.14, 0.2, 0.05]
        it.email = [0.05, 0.7, 0.25, 0, 0, 0]
        it.declaredUse = [0.1, 0.15, 0.35, 0.05, 0, 0.02, 0.23, 0.1]
        it.instrument = [0.6, 0.3, 0.02, 0.08, 0, 0, 0]
        (it.endUsers, it.metadataMissing) = (0.9, 0.7)
        (it.rate429, it.retryElsewhere) = (0.02, 0.5)
        return it
    }

    /// A customer that moves over in one day, with the conversations it had elsewhere.
    fileprivate static var migration: Persona {
        var it = indieApp
        it.email = [0.05, 0.35, 0.6, 0, 0, 0]
        it.network = [0.05, 0, 0.8, 0.14, 0, 0.01]
        it.verification = [0, 0.1, 0.2, 0.2, 0.2, 0.25, 0.05]
        it.pays = 1
        it.instantPayment = 0.7
        (it.lifeDaysMedian, it.oneDay) = (150, 0)
        (it.requestsMedian, it.requestsP95) = (900, 8_000)
        (it.utilisation, it.rampDays, it.continuous) = (0.85, 0, 0.7)
        (it.fullHistoryShare, it.injectedShare) = (0.9, 0.8)
        it.launchDaySwitch = 0.3
        return it
    }
}
