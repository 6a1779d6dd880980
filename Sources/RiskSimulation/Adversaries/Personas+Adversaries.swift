/// What the adversaries' accounts look like one by one. They start from honest personas, because they pass for them.
extension Persona {
    /// The persona of an adversary's account.
    static func of(_ kind: Adversary, _ stream: inout RandomStream) -> Persona {
        switch kind {
        case .slowDrip: slowDrip
        case .userRelay: userRelay
        case .rotatingFew: rotatingFew
        case .wideThin: wideThin
        case .unshared: unshared
        case .hubHiding: hubHiding
        case .programmeAbuse: programmeAbuse
        case .stolenKeys: [hobby, indieApp, codingIndividual][stream.below(3)]
        case .banAware: banAware
        case .paraphrase: alibabaSecond
        }
    }

    private static var slowDrip: Persona {
        var it = Persona()
        it.email = [0.75, 0.2, 0, 0, 0.01, 0.04]
        it.customDomainAgeDays = 400
        it.network = [0.78, 0.16, 0.02, 0.02, 0, 0.02]
        it.pays = 0.9
        it.virtualCard = 0.2
        it.requestsMedian = 20
        it.template = [0.4, 0.4, 0.2]
        return it
    }

    private static var userRelay: Persona {
        var it = Persona()
        it.pathway = [0.9, 0.06, 0.04, 0]
        it.email = [0.5, 0.4, 0.04, 0, 0.05, 0.01]
        it.customDomainAgeDays = 200
        it.network = [0.2, 0.12, 0.62, 0.02, 0, 0.04]
        it.geoMismatch = [0.3, 0.2, 0.15, 0.15]
        it.client = [0.05, 0.55, 0.3, 0.1]
        it.pays = 0.97
        it.virtualCard = 0.4
        (it.dayLengthHours, it.requestsMedian) = (14, 6)
        it.template = [0.8, 0.1, 0.1]
        it.templateShare = 0.25
        it.replays = 0.02
        (it.endUsers, it.endUsersMedian, it.languages) = (0.3, 6, 2)
        it.metadataMissing = 0.5
        it.cacheRatio = 0.18
        return it
    }

    private static var rotatingFew: Persona {
        var it = indieApp
        it.email = [0.25, 0.6, 0.1, 0, 0.04, 0.01]
        it.network = [0.1, 0, 0.75, 0.1, 0, 0.05]
        it.verification = [0.02, 0.3, 0.4, 0.2, 0.05, 0.03, 0]
        it.pays = 1
        it.virtualCard = 0.3
        (it.rhythm, it.continuous) = (.pooled, 0)
        (it.utilisation, it.rampDays) = (0.8, 0)
        it.addresses = 3
        it.endUsers = 0.05
        return it
    }

    private static var wideThin: Persona {
        var it = Persona()
        it.pathway = [0.25, 0.72, 0.01, 0.02]
        it.email = [0.72, 0.08, 0.01, 0.02, 0.12, 0.05]
        it.network = [0.6, 0.14, 0.06, 0, 0, 0.2]
        it.pays = 0.12
        it.capability = [0.5, 0.3, 0.2, 0.5, 0.2, 0.1, 0, 0, 5, 0.3, 0.1, 1]
        it.capabilityFocus = 6
        it.cotRate = 0.5
        it.replays = 0.5
        it.fullHistoryShare = 0.5
        return it
    }

    private static var unshared: Persona {
        var it = alibabaSecond
        it.email = [0, 1, 0, 0, 0, 0]
        it.network = [1, 0, 0, 0, 0, 0]
        it.proxySuspicion = 0.06
        it.virtualCard = 0.3
        it.pays = 0.95
        (it.rhythm, it.continuous) = (.jobQueue, 0)
        it.sharedCard = 0
        return it
    }

    private static var hubHiding: Persona {
        var it = codingIndividual
        it.channel = [1, 0, 0, 0, 0, 0, 0]
        it.verification = [0, 0.3, 0.7, 0, 0, 0, 0]
        it.phoneLine = [1, 0, 0, 0]
        it.email = [1, 0, 0, 0, 0, 0]
        it.network = [0, 1, 0, 0, 0, 0]
        it.proxySuspicion = 0.02
        it.client = [0, 0, 1, 0]
        it.clientMismatch = 0.02
        it.referral = 0
        it.pays = 0.95
        it.profileHub = 0.9
        (it.rhythm, it.continuous) = (.person, 0.1)
        it.dayLengthHours = 12
        it.template = [0, 0, 1]
        it.templateShare = 0.95
        return it
    }

    /// Throw-away accounts that touch another's cards and devices.
    static var flood: Persona {
        var it = creditFarm
        it.pays = 0.4
        it.paymentDelayHours = 1
        it.declines = 1.5
        it.requestsMedian = 2
        return it
    }

    private static var programmeAbuse: Persona {
        var it = startup
        it.verification = [0, 0, 0.05, 0.4, 0.35, 0.2, 0]
        (it.verificationAttempts, it.evidence) = (0.8, 0.6)
        it.email = [0, 1, 0, 0, 0, 0]
        it.network = [0.5, 0.03, 0.35, 0.02, 0, 0.1]
        it.credit = 0
        it.pays = 0.6
        (it.rhythm, it.continuous) = (.pooled, 0)
        it.utilisation = 0.55
        return it
    }

    private static var banAware: Persona {
        var it = alibabaSecond
        it.email = [0.45, 0.3, 0, 0, 0.25, 0]
        it.channel = [0.97, 0, 0, 0, 0, 0, 0.03]
        it.credit = 0.2
        return it
    }
}
