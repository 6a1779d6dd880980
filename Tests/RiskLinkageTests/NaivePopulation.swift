import RiskCore

/// The population's figures from a list of every account's latest values.
struct NaivePopulation {
    private struct Latest {
        var fingerprint: Reference?
        var claim: Reference?
        var missingRate: Double?
        var lag: Double?
        var entropy: Double?
        var domainClass: EmailDomainClass?

        mutating func add(_ event: AccountEvent) {
            func known(_ field: EventField) -> Double? { event.number(field).isNaN ? nil : event.number(field) }
            fingerprint = event.reference(.tlsClientRef) ?? fingerprint
            claim = event.reference(.clientClaimedRef) ?? claim
            missingRate = known(.metadataMissingRate) ?? missingRate
            lag = known(.clientVersionLagDays) ?? lag
            entropy = known(.emailLocalpartEntropy) ?? entropy
            domainClass = event.word(.emailDomainClass) ?? domainClass
        }
    }

    private var latest: [Reference: Latest] = [:]

    mutating func add(_ event: AccountEvent) { latest[event.account, default: Latest()].add(event) }

    func facts(for event: AccountEvent) -> PopulationFacts {
        var own = latest[event.account] ?? Latest()
        own.add(event)
        let others = latest.filter { $0.key != event.account }.map(\.value)
        var facts = PopulationFacts()
        if own.claim != nil, own.fingerprint != nil {
            facts.claimants = Double(others.count { $0.claim == own.claim })
            facts.claimantsAlike = Double(
                others.count { $0.claim == own.claim && $0.fingerprint == own.fingerprint })
        }
        if own.fingerprint != nil {
            facts.metadataMissingRate = spread(
                others.filter { $0.fingerprint == own.fingerprint }.compactMap(\.missingRate))
        }
        facts.clientVersionLagDays = spread(others.compactMap(\.lag))
        if own.domainClass != nil {
            facts.emailLocalpartEntropy = spread(
                others.filter { $0.domainClass == own.domainClass }.compactMap(\.entropy))
        }
        return facts
    }

    private func spread(_ values: [Double]) -> PopulationSpread? {
        if values.isEmpty { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return PopulationSpread(count: Double(values.count), mean: mean, deviation: variance.squareRoot())
    }
}
