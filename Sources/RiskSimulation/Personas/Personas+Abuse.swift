/// The campaigns and the background of abuse. They start from honest personas, because they pass for them.
extension Persona {
    /// DeepSeek: plain accounts with reasoning and grading work.
    static var deepSeek: Persona {
        var it = indieApp
        it.pathway = [0.95, 0.05, 0, 0]
        it.verification = [0.1, 0.5, 0.4, 0, 0, 0, 0]
        it.email = [0.6, 0.3, 0, 0, 0.1, 0]
        it.customDomainAgeDays = 150
        it.network = [0.3, 0, 0.45, 0, 0, 0.25]
        it.proxySuspicion = 0.12
        it.geoMismatch = [0.25, 0.2, 0.25, 0.1]
        it.pays = 1
        it.virtualCard = 0.3
        it.funding = [0.4, 0.4, 0.2]
        it.declines = 0.25
        it.instrument = [1, 0, 0, 0, 0, 0, 0]
        (it.rhythm, it.continuous) = (.jobQueue, 0)
        (it.tokensIn, it.tokensOut) = (1_500, 1_100)
        (it.utilisation, it.rampDays) = (0.7, 0)
        it.capability = [0.3, 0.2, 0.2, 0.2, 0, 0, 0, 0, 4.6, 3, 1.4, 0.1]
        it.capabilityFocus = 20
        it.templateShare = 0.4
        it.cotRate = 0.55
        it.gradingRate = 0.3
        it.endUsers = 0.1
        it.cacheRatio = 0.3
        return it
    }

    /// Moonshot: account types varied on purpose.
    static var moonshot: Persona {
        var it = indieApp
        it.pathway = [0.75, 0.1, 0.12, 0.03]
        it.channel = [0.60, 0.18, 0.12, 0.05, 0, 0.05, 0]
        it.email = [0.35, 0.45, 0, 0.12, 0.08, 0]
        it.customDomainAgeDays = 70
        it.network = [0.42, 0.1, 0.3, 0.15, 0, 0.03]
        it.proxySuspicion = 0.1
        it.pays = 0.95
        it.virtualCard = 0.35
        it.instrument = [0.84, 0.08, 0.05, 0.03, 0, 0, 0]
        (it.credit, it.creditUsd) = (0.35, 500)
        it.continuous = 0.3
        (it.tokensIn, it.tokensOut) = (6_000, 900)
        it.rampDays = 5
        it.capability = [0, 0.1, 1.4, 2.6, 3.4, 0.3, 1.4, 1.2, 0.2, 0.05, 0, 0.1]
        it.capabilityFocus = 4
        it.template = [1, 0, 0]
        it.templateShare = 0.75
        it.cotRate = 0.05
        (it.endUsers, it.languages) = (0.3, 1.8)
        it.cacheRatio = 0.5
        return it
    }

    /// MiniMax: a relay network in front of ordinary developers and one large customer.
    static var miniMax: Persona {
        var it = commercialRelay
        it.capability = [0.8, 0.6, 0.5, 5.2, 3, 1.2, 0.1, 0.2, 0.3, 0.1, 0.05, 0.3]
        it.capabilityFocus = 10
        it.email = [0.2, 0.55, 0, 0, 0.25, 0]
        it.customDomainAgeDays = 240
        it.network = [0.75, 0.1, 0.12, 0, 0, 0.03]
        it.virtualCard = 0.55
        it.funding = [0.4, 0.45, 0.15]
        it.instrument = [0.9, 0, 0, 0, 0.02, 0.08, 0]
        it.declines = 0.3
        it.client = [0.01, 0.03, 0.92, 0.04]
        it.clientMismatch = 0.2
        it.rate429 = 0.01
        it.rate403 = 0.003
        it.retryElsewhere = 0.85
        it.cotRate = 0.05
        it.cacheRatio = 0.54
        (it.endUsers, it.endUsersMedian) = (0.12, 8)
        return it
    }

    /// Alibaba, the first pool: residential proxies, throw-away mail, virtual cards.
    static var alibabaFirst: Persona {
        var it = codingIndividual
        it.pathway = [0.96, 0.02, 0, 0.02]
        it.email = [0.08, 0.2, 0, 0, 0.72, 0]
        it.customDomainAgeDays = 200
        it.network = [0.95, 0.02, 0.02, 0, 0, 0.01]
        it.proxySuspicion = 0.16
        it.geoMismatch = [0.2, 0.15, 0.15, 0.1]
        it.client = [0.02, 0.4, 0.5, 0.08]
        it.clientMismatch = 0.08
        it.pays = 1
        it.instrument = [1, 0, 0, 0, 0, 0, 0]
        it.virtualCard = 0.9
        it.funding = [0.3, 0.4, 0.3]
        it.plan = [0.5, 0.2, 0.15, 0.15]
        (it.rhythm, it.continuous) = (.pooled, 0)
        (it.utilisation, it.rampDays) = (0.55, 2)
        it.capability = [0.05, 0.05, 0.1, 4.4, 2.8, 2, 0.02, 0.02, 0.5, 0.02, 0.01, 0.1]
        it.capabilityFocus = 25
        it.template = [1, 0, 0]
        it.templateShare = 0.9
        it.cotRate = 0.9
        it.addresses = 1.5
        it.cacheRatio = 0.5
        return it
    }

    /// Alibaba, the second pool: more kinds of network, mail and card.
    static var alibabaSecond: Persona {
        var it = alibabaFirst
        it.channel = [0.86, 0.06, 0.04, 0, 0, 0.01, 0.03]
        it.email = [0.3, 0.25, 0, 0.05, 0.38, 0.02]
        it.network = [0.7, 0.06, 0.2, 0, 0, 0.04]
        it.virtualCard = 0.5
        it.funding = [0.35, 0.4, 0.25]
        it.credit = 0.4
        it.rampDays = 1
        return it
    }

    /// The key of an aged account that somebody else uses.
    static var stolenKey: Persona {
        var it = indieApp
        it.addresses = 6
        it.clients = 2
        it.utilisation = 0.85
        it.rampDays = 0
        it.rate429 = 0.05
        it.network = [0.5, 0.05, 0.32, 0.08, 0.01, 0.04]
        return it
    }

    /// Resold access for ordinary developers.
    static var commercialRelay: Persona {
        var it = codingIndividual
        it.pathway = [0.8, 0.14, 0.02, 0.04]
        it.email = [0.36, 0.36, 0, 0.02, 0.26, 0]
        it.customDomainAgeDays = 260
        it.network = [0.7, 0.06, 0.2, 0, 0, 0.04]
        it.proxySuspicion = 0.16
        it.geoMismatch = [0.28, 0.22, 0.25, 0.12]
        it.clientMismatch = 0.15
        it.pays = 0.96
        it.virtualCard = 0.5
        it.funding = [0.4, 0.4, 0.2]
        it.declines = 0.35
        it.disputes = 0.08
        it.plan = [0.4, 0.2, 0.2, 0.2]
        (it.rhythm, it.continuous) = (.continuous, 0)
        it.template = [0.1, 0.05, 0.85]
        it.templateShare = 0.7
        (it.utilisation, it.rampDays) = (0.6, 1)
        (it.addresses, it.clients) = (1.2, 1)
        it.cacheRatio = 0.56
        (it.endUsers, it.endUsersMedian, it.languages) = (0.1, 8, 3)
        it.retryElsewhere = 0.3
        it.metadataMissing = 0.35
        return it
    }

    /// Free credit, used up and left.
    static var creditFarm: Persona {
        var it = Persona()
        it.email = [0.12, 0.06, 0, 0, 0.8, 0.02]
        it.network = [0.5, 0.1, 0.2, 0, 0, 0.2]
        it.proxySuspicion = 0.12
        it.deviceIntegrity = [0.8, 0.08, 0.03, 0.05, 0.04]
        it.formFillMs = 12_000
        it.phoneLine = [0.5, 0.02, 0.28, 0.2]
        it.captchaFails = 0.4
        it.referral = 0.3
        it.credit = 0.95
        it.pays = 0.1
        (it.requestsMedian, it.requestsP95) = (75, 200)
        it.template = [0.3, 0.4, 0.3]
        it.templateShare = 0.5
        it.utilisation = 0.5
        it.rampDays = 0
        return it
    }

    /// Stolen cards, tried out.
    static var cardTester: Persona {
        var it = Persona()
        it.email = [0.35, 0.05, 0, 0, 0.58, 0.02]
        it.network = [0.45, 0.05, 0.2, 0, 0, 0.3]
        it.proxySuspicion = 0.14
        it.geoMismatch = [0.5, 0.2, 0.3, 0.2]
        it.pays = 1
        it.instantPayment = 0.5
        it.paymentDelayHours = 2
        it.instrument = [1, 0, 0, 0, 0, 0, 0]
        it.addressCheck = [0.3, 0.4, 0.3]
        it.codeCheck = [0.5, 0.4, 0.1]
        it.declines = 7
        it.instruments = 4
        (it.requestsMedian, it.requestsP95) = (4, 20)
        return it
    }
}
