internal import RiskCore
internal import RiskModels

/// What an answer says of the account's links and its cluster.
///
/// Two numbers each: the *contribution* is the sum of the contributions of the features that speak of it, so all of
/// them add up to the margin; the *effect if removed* is the margin minus the margin of the same request without it.
/// For the second, the observation without it is really scored. Only features that look at what was taken away are
/// computed again.
struct LinkEvidence: Sendable {
    private let model: LoadedModel
    private let extractor: FeatureExtractor
    /// For each model feature, the identifier class it speaks of.
    private let linkClasses: [IdentifierClass?]
    /// Model features that speak of the cluster or the rhythm.
    private let clusterFeatures: [Int]
    /// By ``IdentifierClass`` raw value, the model features that can change when an identifier of it is taken away.
    private let dependentsOfClass: [[Int]]
    /// The same of an account in no cluster, which cannot lose it.
    private let dependentsOfClassAlone: [[Int]]
    /// The model features that can change when the cluster is taken away.
    private let dependentsOfCluster: [Int]

    /// - Parameter features: For each model feature its definition in the catalogue; nil for a custom value.
    init(model: LoadedModel, extractor: FeatureExtractor, features: [Feature?]) {
        self.model = model
        self.extractor = extractor
        linkClasses = features.map { $0?.linkClass }
        clusterFeatures = features.indices.filter { features[$0]?.isCluster == true }
        func dependents(_ wanted: LinkDependencies) -> [Int] {
            features.indices.filter { features[$0].map { !$0.dependencies.isDisjoint(with: wanted) } ?? false }
        }
        func dependentsByClass(and others: LinkDependencies) -> [[Int]] {
            var result: [[Int]] = Array(repeating: [], count: IdentifierClass.slotCount)
            for identifierClass in IdentifierClass.linked {
                result[identifierClass.rawValue] = dependents(others.union(.facts(identifierClass)))
            }
            return result
        }
        dependentsOfClass = dependentsByClass(and: .cluster)
        dependentsOfClassAlone = dependentsByClass(and: [])
        dependentsOfCluster = dependents(.cluster)
    }

    /// Every class with other accounts on it, largest contribution first; effects are not worked out yet.
    func links(_ snapshot: LinkSnapshot, contributions: [Double]) -> [ScoreAnswer.Link] {
        var sums = Array(repeating: 0.0, count: IdentifierClass.slotCount)
        for (feature, contribution) in contributions.enumerated() {
            if let identifierClass = linkClasses[feature] { sums[identifierClass.rawValue] += contribution }
        }
        var result: [ScoreAnswer.Link] = []
        for identifierClass in IdentifierClass.linked {
            guard let facts = snapshot[identifierClass], facts.accounts > 0 else { continue }
            var link = ScoreAnswer.Link(identifierClass: identifierClass)
            link.accounts = UInt64(facts.accounts)
            link.unrelatedAccounts = UInt64(max(0, facts.accounts - facts.related))
            link.organisations = UInt64(facts.organisations)
            link.labelledBad = UInt64(facts.labelledBad)
            link.firstSeenMs = facts.firstSeenMs
            link.lastBanMs = facts.lastBanMs
            link.surprise = facts.surprise
            link.contribution = sums[identifierClass.rawValue]
            result.append(link)
        }
        return result.sorted { $0.contribution > $1.contribution }
    }

    /// The cluster that the account belongs to; its effect is not worked out yet.
    func cluster(_ snapshot: LinkSnapshot, contributions: [Double]) -> ScoreAnswer.Cluster? {
        guard let facts = snapshot.cluster else { return nil }
        var cluster = ScoreAnswer.Cluster(id: facts.id)
        cluster.accounts = UInt64(facts.accounts)
        cluster.organisations = UInt64(facts.organisations)
        cluster.labelledBad = UInt64(facts.labelledBad)
        cluster.bornMs = facts.bornMs
        cluster.tie = facts.tie
        for feature in clusterFeatures { cluster.contribution += contributions[feature] }
        return cluster
    }

    /// Works out the effects of the links that mattered and of the cluster.
    ///
    /// - Parameters:
    ///   - answer: The answer with its margin, links and cluster; effects are put in.
    ///   - observation: What was scored; its vector is in `scratch`.
    ///   - scratch: Buffers; the vector and the contributions stay as they are.
    /// - Complexity: At most ``ServableModel/effectLimit`` + 1 margins.
    func addEffects(
        to answer: inout ScoreAnswer, of observation: Observation, scratch: inout ServableModel.Scratch
    ) {
        var isReady = false
        func margin(of changed: Observation, _ dependents: [Int]) -> Double {
            if !isReady { scratch.copyVector() }
            isReady = true
            extractor.extract(dependents, of: changed, into: &scratch.changedVector)
            defer { for feature in dependents { scratch.changedVector[feature] = scratch.vector[feature] } }
            return model.margin(scratch.changedVector)
        }
        for _ in 0..<ServableModel.effectLimit {
            guard let index = mostTelling(answer.links, of: observation.links) else { break }
            let identifierClass = answer.links[index].identifierClass
            let dependents = observation.links.cluster == nil ? dependentsOfClassAlone : dependentsOfClass
            let without = margin(of: observation.removing(identifierClass), dependents[identifierClass.rawValue])
            answer.links[index].effectIfRemoved = answer.margin - without
        }
        if answer.cluster != nil {
            answer.cluster?.effectIfRemoved =
                answer.margin - margin(of: observation.removingCluster(), dependentsOfCluster)
        }
    }

    /// The link with the largest contribution of those that matter and have no effect yet; nil if there is none left.
    /// What a seat would be without its organisation is not worked out.
    private func mostTelling(_ links: [ScoreAnswer.Link], of snapshot: LinkSnapshot) -> Int? {
        var result: Int?
        var largest = ServableModel.leastContributionOfEffect
        for (index, link) in links.enumerated() where link.effectIfRemoved == nil {
            if link.identifierClass == .emailDomain, snapshot.isSeatOfDomain { continue }
            let size = abs(link.contribution)
            if size > largest || (result == nil && size == largest) { (result, largest) = (index, size) }
        }
        return result
    }
}
