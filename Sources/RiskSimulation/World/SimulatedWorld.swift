internal import HeapModule
public import RiskCore

/// A simulated world as a stream of events in order of time.
///
/// Holds what is alive, about 2 KB an account, and the campaigns' plans. The same parameters give the same events; an
/// earlier end gives a prefix of them. O(log n) an event for n live accounts. Not for several threads at once.
public struct SimulatedWorld {
    /// One event, and what is true of an account that has its first.
    public struct Item: Sendable {
        /// What the provider sees.
        public let event: AccountEvent
        /// nil for an account that had events before.
        public let firstOf: TruthRow?
    }

    /// What was counted for the reproduction checks.
    public private(set) var tally: ReproductionTally
    /// What the provider got to know, in order of first events; complete at the end, labels after the end left out.
    public private(set) var labels: [SimulatedLabel] = []

    private let parameters: WorldParameters
    private let endMs: Int64
    private let populations: [any PlannedPopulation]
    private let bannedShares: [Double]
    private let maker: AccountMaker
    private var nurseries: [Nursery]
    private var accounts: [AccountState] = []
    private var origins: [Int32] = []
    private var planned: [Int32] = []
    private var freeSlots: [Int] = []
    private var windows = UsageWindows()
    private var planner: DayPlanner
    private var writer: EventWriter
    private var queue = Heap<Due>()
    private var worldSerial: UInt64 = 0
    private var extraSerial: UInt64 = 1 << 30
    private var adversarySerials = [UInt64](repeating: 0, count: Adversary.allCases.count + 1)

    /// A world before its first event.
    public init(_ parameters: WorldParameters) {
        self.parameters = parameters
        endMs = WorldCalendar.ms(day: min(parameters.untilDay, WorldCalendar.dayCount))
        var seeds = RandomStream(seed: mixed(parameters.seed, 0x5EED))
        populations =
            [
                DeepSeekCampaign(parameters, seed: seeds.next()), MoonshotCampaign(parameters, seed: seeds.next()),
                MiniMaxCampaign(parameters, seed: seeds.next()), AlibabaCampaign(parameters, seed: seeds.next()),
            ]
            + BackgroundAbuse.Kind.allCases.map { BackgroundAbuse($0, parameters, seed: seeds.next()) }
            + parameters.adversaries.map { AdversaryCampaign($0, parameters) }
        bannedShares = populations.map { population in
            let accounts = population.plan.accounts
            return Double(accounts.filter { $0.banMs != nil }.count) / Double(max(1, accounts.count))
        }
        let identifiers = Identifiers(seed: parameters.seed)
        let pools = SharedPools(scale: parameters.scale)
        let draw = ProfileDraw(identifiers: identifiers, pools: pools, missingness: parameters.missingness)
        maker = AccountMaker(draw: draw, parameters: parameters)
        writer = EventWriter(identifiers: identifiers, pools: pools, missingness: parameters.missingness)
        planner = DayPlanner(seed: parameters.seed)
        tally = ReproductionTally(parameters)
        nurseries = Nursery.all(parameters, populations)
        for (index, nursery) in nurseries.enumerated() where nursery.next != nil {
            queue.insert(Due(timeMs: nursery.dueMs, order: UInt64(index), slot: -1 - Int32(index)))
        }
    }

    /// The next event; nil at the end. An error is a value that breaks the contract, and a defect of this module.
    public mutating func next() throws(FieldError) -> Item? {
        while let due = queue.popMin() {
            guard due.timeMs < endMs else { break }
            if due.slot < 0 {
                admit(from: Int(-1 - due.slot))
            } else {
                let slot = Int(due.slot)
                let item = try write(slot, due.timeMs)
                enqueue(slot)
                return item
            }
        }
        queue = Heap()
        labels.removeAll { $0.knownAtMs >= endMs }
        labels.sort { ($0.knownAtMs, $0.serial) < ($1.knownAtMs, $1.serial) }
        return nil
    }

    /// Takes in the account a nursery has next.
    private mutating func admit(from index: Int) {
        guard let birth = nurseries[index].next else { return }
        let serial = serial(ofNursery: index)
        let account = maker.account(birth, serial: serial, seed: nurseries[index].seed(), populations)
        nurseries[index].advance(populations)
        if nurseries[index].next != nil {
            queue.insert(Due(timeMs: nurseries[index].dueMs, order: UInt64(index), slot: -1 - Int32(index)))
        }
        let slot = freeSlots.popLast() ?? accounts.count
        let (origin, number): (Int32, Int32) =
            if case .planned(let population, let number) = birth { (Int32(population), Int32(number)) } else {
                (-1, -1)
            }
        if slot == accounts.count {
            accounts.append(account)
            origins.append(origin)
            planned.append(number)
        } else {
            (accounts[slot], origins[slot], planned[slot]) = (account, origin, number)
        }
        windows.open(slot)
        if origin >= 0 { tally.admit(populations[Int(origin)].plan.accounts[Int(number)], account.membership) }
        layNextDay(slot, from: account.firstHour / 24)
        enqueue(slot)
    }

    /// The number of the next account; whatever comes on top of a world does not count with the rest of it.
    private mutating func serial(ofNursery index: Int) -> UInt64 {
        switch nurseries[index].numbering {
        case .world:
            worldSerial += 1
            return worldSerial
        case .extra:
            extraSerial += 1
            return extraSerial
        case .adversary(let number):
            adversarySerials[number] += 1
            // Below 2^32, above whatever the rest of the world comes to.
            return UInt64(128 + number) << 24 + adversarySerials[number]
        }
    }

    /// Puts an account's next event into the queue; without one it leaves the world.
    private mutating func enqueue(_ slot: Int) {
        let due = accounts[slot].dueMs
        if due < .max {
            queue.insert(Due(timeMs: due, order: accounts[slot].serial + 1 << 20, slot: Int32(slot)))
        } else {
            freeSlots.append(slot)
        }
    }

    private mutating func layNextDay(_ slot: Int, from day: Int) {
        let origin = Int(origins[slot])
        let population: (any PlannedPopulation)? = origin >= 0 ? populations[origin] : nil
        if let population { turnIfDue(slot, population, from: day) }
        guard planner.layNextDay(&accounts[slot], slot: slot, from: day, population, &windows, &tally) else { return }
        let state = accounts[slot]
        tally.add(
            state,
            template: state.profile.template.kind == .families
                ? writer.template(
                    state.profile.template, account: state.profile.account,
                    timeMs: WorldCalendar.ms(day: state.day), lagDays: 0) : 0)
    }

    /// Changes an account when its next day is one of its second life.
    private mutating func turnIfDue(_ slot: Int, _ population: any PlannedPopulation, from day: Int) {
        let account = population.plan.accounts[Int(planned[slot])]
        guard let turnDay = account.turnDay, !accounts[slot].hasTurned,
            let next = population.plan.nextActiveDay(account, from: day), next >= turnDay
        else { return }
        accounts[slot].hasTurned = true
        var stream = accounts[slot].stream
        population.turn(
            &accounts[slot].profile, of: account, serial: accounts[slot].serial, maker.draw, &stream)
        accounts[slot].stream = stream
    }

    private mutating func write(_ slot: Int, _ timeMs: Int64) throws(FieldError) -> Item {
        let isSignup = accounts[slot].signupIsDue && accounts[slot].signupMs == timeMs
        let isPayment = !isSignup && accounts[slot].paymentDueMs == timeMs
        let type: EventType = isSignup ? .signup : isPayment ? .payment : .usage
        let event = try writer.event(type, timeMs: timeMs, accounts[slot], slot: slot, windows)
        let isFirst = !accounts[slot].hasEvents
        accounts[slot].hasEvents = true
        if isFirst { decideLabel(slot, firstMs: timeMs) }
        tally.count(accounts[slot].membership, timeMs: timeMs, isFirst: isFirst)
        if isSignup {
            accounts[slot].signupIsDue = false
        } else if isPayment {
            accounts[slot].hasPaid = true
            accounts[slot].paymentDueMs = .max
        } else if accounts[slot].usageIsDaily {
            layNextDay(slot, from: accounts[slot].day + 1)
        } else {
            accounts[slot].checkpoint = accounts[slot].nextCheckpoint()
            planner.schedule(&accounts[slot], slot: slot, windows)
        }
        let membership = accounts[slot].membership
        let truth = TruthRow(
            account: event.account, kind: membership.kind.word, campaign: membership.campaign.description,
            segment: membership.segment.description)
        return Item(event: event, firstOf: isFirst ? truth : nil)
    }

    /// What the provider will get to know of an account, and when.
    private mutating func decideLabel(_ slot: Int, firstMs: Int64) {
        var stream = RandomStream(seed: mixed(accounts[slot].profile.account, 0x1ABE1))
        let reference = Identifiers.reference(accounts[slot].profile.account)
        let serial = accounts[slot].serial
        let day = Double(WorldCalendar.dayMs)
        func label(_ isAbusive: Bool, _ campaign: String, _ knownAtMs: Int64) -> SimulatedLabel {
            SimulatedLabel(
                account: reference, isAbusive: isAbusive, campaign: campaign, knownAtMs: knownAtMs, serial: serial)
        }
        guard origins[slot] >= 0 else {
            guard stream.chance(parameters.labels.wrongHonestShare) else { return }
            let knownAt = firstMs + Int64(stream.exponential(mean: 20) * day) + 60_000
            labels.append(label(true, "", knownAt))
            if stream.chance(parameters.labels.overturnedShare) {
                let delay = stream.gamma(mean: parameters.labels.appealDays, shape: 2)
                labels.append(label(false, "", knownAt + Int64(delay * day) + 60_000))
            } else {
                accounts[slot].endDay = min(accounts[slot].endDay, WorldCalendar.day(knownAt) + 1)
            }
            return
        }
        let population = populations[Int(origins[slot])]
        let account = population.plan.accounts[Int(planned[slot])]
        let campaign = accounts[slot].membership.campaign.description
        if let ban = account.banMs {
            labels.append(label(true, campaign, max(ban, firstMs + 60_000)))
            return
        }
        // The banned are known, so all that is missed is among the others.
        let missed = min(1, (1 - population.foundShare) / max(0.01, 1 - bannedShares[Int(origins[slot])]))
        guard !stream.chance(missed) else { return }
        let lastDay = population.plan.lastActiveDay(account).map { WorldCalendar.ms(day: $0 + 1) } ?? firstMs
        let payment = accounts[slot].paymentDueMs < .max ? accounts[slot].paymentDueMs : firstMs
        let last = max(lastDay, payment, firstMs)
        let own = origins[slot] < 4 ? parameters.ablations(of: Int(origins[slot])).labelDelayDays : nil
        let delay = stream.gamma(mean: 1, shape: 2) * (own ?? parameters.labels.delayDays)
        labels.append(label(true, campaign, last + Int64(delay * day) + 60_000))
    }
}
