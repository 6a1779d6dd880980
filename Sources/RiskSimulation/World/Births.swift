/// Where accounts come from, one birth after another in order of time.
enum BirthSource: Sendable {
    /// Strangers of one segment: those that are there from the first, then new ones.
    case strangers(Segment, present: Int, SortedUniforms)
    /// An organisation's seats.
    case seats(Organisation, SortedUniforms)
    /// A planned population, by its index; the number of the next account.
    case planned(Int, next: Int)
}

/// One account to come.
enum Birth: Sendable {
    case stranger(Segment, birthMs: Int64)
    case seat(Organisation, birthMs: Int64)
    case planned(population: Int, account: Int)
}

/// A source with the birth it will give next.
struct Nursery: Sendable {
    private var source: BirthSource
    /// Where a seed of the next account comes from.
    private(set) var stream: RandomStream
    private(set) var next: Birth?
    /// When the next is due: sign-ups of before the world at its start.
    private(set) var dueMs = Int64.max
    let numbering: Numbering

    /// Whose numbers its accounts get, so that what comes on top of a world leaves the rest of it as it is.
    enum Numbering: Sendable {
        case world, extra
        case adversary(Int)
    }

    init(
        _ source: BirthSource, seed: UInt64, _ populations: [any PlannedPopulation], numbering: Numbering = .world
    ) {
        self.source = source
        self.numbering = numbering
        stream = RandomStream(seed: seed)
        advance(populations)
    }

    /// The seed of the account that is taken now.
    mutating func seed() -> UInt64 { stream.next() }

    /// Goes on to the next birth.
    mutating func advance(_ populations: [any PlannedPopulation]) {
        switch source {
        case .strangers(let segment, let present, var births):
            if present > 0 {
                // Signed up in the six hundred days before.
                let birthMs = CampaignPlan.birth(day: -600 * stream.unit()) - 1
                next = .stranger(segment, birthMs: birthMs)
                dueMs = WorldCalendar.startMs
                source = .strangers(segment, present: present - 1, births)
            } else {
                let birth = births.next().map { CampaignPlan.birth(day: $0) }
                next = birth.map { .stranger(segment, birthMs: $0) }
                dueMs = birth ?? .max
                source = .strangers(segment, present: 0, births)
            }
        case .seats(let organisation, var births):
            let birth = births.next().map { CampaignPlan.birth(day: $0) }
            next = birth.map { .seat(organisation, birthMs: $0) }
            dueMs = birth.map { max($0, WorldCalendar.startMs) } ?? .max
            source = .seats(organisation, births)
        case .planned(let population, let account):
            let accounts = populations[population].plan.accounts
            guard account < accounts.count else {
                (next, dueMs) = (nil, .max)
                return
            }
            next = .planned(population: population, account: account)
            dueMs = accounts[account].birthMs
            source = .planned(population, next: account + 1)
        }
    }

    /// All sources of a world.
    static func all(_ parameters: WorldParameters, _ populations: [any PlannedPopulation]) -> [Nursery] {
        var stream = RandomStream(seed: mixed(parameters.seed, 0xB1A7))
        var nurseries: [Nursery] = []
        var number: UInt64 = 1
        for segment in Segment.usual {
            let share = parameters.segmentShares.share(of: segment)
            let count = parameters.scaled(parameters.honestAccounts * share)
            switch segment {
            case .startup, .universityLab, .enterprise, .reseller, .hackathon:
                for organisation in Organisation.all(of: segment, accounts: count, firstNumber: number, &stream) {
                    let births = SortedUniforms(
                        count: organisation.size, from: organisation.firstDay, to: organisation.lastDay,
                        seed: stream.next())
                    nurseries.append(Nursery(.seats(organisation, births), seed: stream.next(), populations))
                    number += 1
                }
            default:
                let present = Int((Double(count) * parameters.presentAtStartShare).rounded())
                let births = SortedUniforms(
                    count: count - present, from: 0, to: Double(WorldCalendar.dayCount), seed: stream.next())
                nurseries.append(
                    Nursery(.strangers(segment, present: present, births), seed: stream.next(), populations))
            }
        }
        let usual = populations.count - parameters.adversaries.count
        for index in 0..<usual {
            nurseries.append(Nursery(.planned(index, next: 0), seed: stream.next(), populations))
        }
        for (index, adversary) in parameters.adversaries.enumerated() {
            nurseries.append(
                Nursery(
                    .planned(usual + index, next: 0),
                    seed: mixed(mixed(parameters.seed, 0xADB1), UInt64(adversary.number)), populations,
                    numbering: .adversary(adversary.number)))
        }
        return nurseries + (parameters.hasExtraPersonas ? extra(parameters, populations) : [])
    }

    /// Honest customers of April and later whom nothing before them is like.
    private static func extra(_ parameters: WorldParameters, _ populations: [any PlannedPopulation]) -> [Nursery] {
        var nurseries: [Nursery] = []
        for (place, segment) in Segment.extra.enumerated() {
            var stream = RandomStream(seed: mixed(mixed(parameters.seed, 0xE87A), UInt64(place)))
            let count = parameters.scaled(segment.extraAccounts)
            guard !segment.areStrangers else {
                let births = SortedUniforms(
                    count: count, from: Organisation.extraDays.lowerBound, to: Organisation.extraDays.upperBound,
                    seed: stream.next())
                nurseries.append(
                    Nursery(
                        .strangers(segment, present: 0, births), seed: stream.next(), populations, numbering: .extra))
                continue
            }
            let firstNumber = UInt64(place + 1) << 24
            for organisation in Organisation.all(of: segment, accounts: count, firstNumber: firstNumber, &stream) {
                let births = SortedUniforms(
                    count: organisation.size, from: organisation.firstDay, to: organisation.lastDay,
                    seed: stream.next())
                nurseries.append(
                    Nursery(.seats(organisation, births), seed: stream.next(), populations, numbering: .extra))
            }
        }
        return nurseries
    }
}

extension WorldParameters.SegmentShares {
    /// The share of a segment; hobbyists are what is left.
    func share(of segment: Segment) -> Double {
        switch segment {
        case .hobby: 1 - Segment.usual.filter { $0 != .hobby }.reduce(0) { $0 + share(of: $1) }
        case .indieApp: indieApp
        case .codingIndividual: codingIndividual
        case .startup: startup
        case .universityLab: universityLab
        case .enterprise: enterprise
        case .reseller: reseller
        case .evalVendor: evalVendor
        case .ciBatch: ciBatch
        case .privacyTools: privacyTools
        case .cgnatRegion: cgnatRegion
        case .hackathon: hackathon
        default: 0
        }
    }
}
