internal import Glibc

/// Plans an adversary's accounts: births, lives, and each day's requests.
struct AdversaryPlanner {
    let kind: Adversary
    let count: Int
    var stream: RandomStream
    private var planned = CampaignPlan()

    init(kind: Adversary, count: Int, stream: RandomStream) {
        (self.kind, self.count, self.stream) = (kind, count, stream)
    }

    private var firstDay: Int { kind.days.lowerBound }
    private var endDay: Int { kind.days.upperBound + 1 }

    mutating func plan() -> CampaignPlan {
        switch kind {
        case .slowDrip: slowDrip()
        case .userRelay:
            // Round the clock in its users' part of the world, hardly an account without requests on a day.
            fill(lives(births: 0..<4), loadShape: 3, dayShape: 2.5) { $0.isWeekend ? 1.15 : 1 }
        case .rotatingFew: rotatingFew()
        case .wideThin: wideThin()
        case .unshared: fill(churned(births: 0..<34, lifeDays: 12), loadShape: 16, dayShape: 8) { _ in 1 }
        case .hubHiding:
            fill(lives(births: 0..<14), loadShape: 4, dayShape: 2.5) { min(1, (Double($0.age) + 0.6) / 5) }
            flood()
        case .programmeAbuse: programmes()
        case .stolenKeys: stolenKeys()
        case .banAware: cells()
        case .paraphrase: fill(churned(births: 0..<34, lifeDays: 14), loadShape: 5, dayShape: 3) { _ in 1 }
        }
        planned.finish()
        return planned
    }

    /// A day of an account, as its weight sees it.
    struct DayOfLife {
        let day: Int
        let age: Int
        var isWeekend: Bool { WorldCalendar.weekday(day) >= 5 }
    }

    private func account(birth: Double, endDay: Int) -> PlannedAccount {
        let birthMs = CampaignPlan.birth(day: birth)
        let first = WorldCalendar.day(birthMs)
        return PlannedAccount(birthMs: birthMs, firstDay: first, dayCount: endDay - first)
    }

    /// Accounts made on some of the first days that last to the end.
    private mutating func lives(births: Range<Int>) -> [PlannedAccount] {
        (0..<count).map { _ in
            account(
                birth: Double(firstDay) + stream.uniform(Double(births.lowerBound), Double(births.upperBound)),
                endDay: endDay)
        }
    }

    /// Accounts that come and go.
    private mutating func churned(births: Range<Int>, lifeDays: Double) -> [PlannedAccount] {
        lives(births: births).map { life in
            var life = life
            let days = Int(stream.logNormal(median: lifeDays, sigma: 0.5).rounded())
            life.dayCount = min(life.dayCount, max(3, days))
            return life
        }
    }

    /// Gives accounts the adversary's exchanges: loads by a gamma of a shape, days by their weights.
    private mutating func fill(
        _ lives: [PlannedAccount], loadShape: Double, dayShape: Double, weight: (DayOfLife) -> Double
    ) {
        let loads = lives.map { Double($0.dayCount) * stream.gamma(mean: 1, shape: loadShape) }
        let totals = CampaignPlan.divide(kind.exchangesPerAccount * lives.count, by: loads, &stream)
        for (life, total) in zip(lives, totals) {
            let days = (0..<life.dayCount).map { age in
                let first = age == 0 ? CampaignPlan.firstDayWeight(life.birthMs) : 1
                return first * weight(DayOfLife(day: life.firstDay + age, age: age))
                    * stream.gamma(mean: 1, shape: dayShape)
            }
            planned.add(life, counts: CampaignPlan.divide(total, by: days, &stream))
        }
    }

    private mutating func slowDrip() {
        let (idleDays, ownRate, activity) = (30, 6.0, 0.45)
        let work = kind.exchangesPerAccount - Int(Double(idleDays) * ownRate * activity)
        let loads = (0..<count).map { _ in stream.gamma(mean: 1, shape: 4) }
        let totals = CampaignPlan.divide(work * count, by: loads, &stream)
        for (index, total) in totals.enumerated() {
            let offset = 27 * (Double(index) + stream.unit()) / Double(count)
            var life = account(birth: Double(firstDay) + offset, endDay: endDay)
            life.turnDay = life.firstDay + idleDays
            let own = (0..<idleDays).map { _ in stream.chance(activity) ? stream.poisson(ownRate) : 0 }
            let days = (idleDays..<life.dayCount).map { age in
                min(1, Double(age - idleDays + 1) / 4) * stream.gamma(mean: 1, shape: 4)
            }
            planned.add(life, counts: own + CampaignPlan.divide(total, by: days, &stream))
        }
    }

    /// Two days on, one off; nine tenths of the work in ten of seventeen days.
    private mutating func rotatingFew() {
        let lives = lives(births: 0..<4)
        let totals = CampaignPlan.divide(
            kind.exchangesPerAccount * count, by: lives.map { _ in stream.gamma(mean: 1, shape: 20) }, &stream)
        for (index, (life, total)) in zip(lives, totals).enumerated() {
            let days = (0..<life.dayCount).map { age in
                let day = life.firstDay + age - firstDay - 4
                guard day >= 0, (day + index) % 3 != 0 else { return 0.0 }
                return ((5..<15).contains(day) ? 1 : 0.16) * stream.gamma(mean: 1, shape: 20)
            }
            planned.add(life, counts: CampaignPlan.divide(total, by: days, &stream))
        }
    }

    /// Made over two weeks, then two or three days of use, all in the same five.
    private mutating func wideThin() {
        for _ in 0..<count {
            var life = account(birth: Double(firstDay) + stream.uniform(0, 13), endDay: endDay)
            let start = endDay - 5 + stream.choice([1, 3, 2])
            let length = stream.chance(0.5) ? 2 : 3
            life.dayCount = min(endDay, start + length) - life.firstDay
            let counts = (0..<life.dayCount).map { age in
                life.firstDay + age < start ? 0 : 1 + stream.poisson(1)
            }
            planned.add(life, counts: counts)
        }
    }

    /// Four throw-away accounts for each of its own, a request or two each.
    private mutating func flood() {
        for _ in 0..<4 * count {
            let birth = Double(firstDay) + 4 + stream.uniform(0, 36)
            var life = account(birth: birth, endDay: Int(birth) + 2)
            life.cohort = 1
            planned.add(life, counts: [CampaignPlan.firstDayWeight(life.birthMs) > 0 ? 1 + stream.below(2) : 0, 1])
        }
    }

    /// An organisation's seats are made within a day, or within ten.
    private mutating func programmes() {
        let organisations = AdversaryDress.organisations
        var begins: [(day: Double, span: Double)] = []
        for _ in 0..<organisations {
            begins.append((stream.uniform(0, 10), stream.chance(0.5) ? 0.5 : 10))
        }
        let lives = (0..<count).map { index in
            let begin = begins[index % organisations]
            var life = account(birth: Double(firstDay) + begin.day + begin.span * stream.unit(), endDay: endDay)
            life.cohort = index % organisations
            return life
        }
        fill(lives, loadShape: 2, dayShape: 2) { day in
            (day.isWeekend ? 0.6 : 1) * min(1, (Double(day.age) + 1) / 3)
        }
    }

    /// The owner's own days, then those of the thief.
    private mutating func stolenKeys() {
        let (ownDays, ownRate, activity) = (14, 8.0, 0.4)
        let hours = (0..<count).map { _ in stream.uniform(2, 72) }
        let work = kind.exchangesPerAccount - Int(Double(ownDays) / 2 * ownRate * activity)
        let loads = hours.map { $0 * stream.gamma(mean: 1, shape: 6) }
        let totals = CampaignPlan.divide(work * count, by: loads, &stream)
        for (index, (hours, total)) in zip(hours, totals).enumerated() {
            // One after another, so that as many are in use at any time.
            let offset = 41 * (Double(index) + stream.unit()) / Double(count)
            let theft = Double(firstDay) + offset
            let before = min(stream.below(ownDays + 1), Int(offset))
            var life = account(
                birth: Double(Int(theft) - before), endDay: min(endDay, Int(theft + hours / 24) + 1))
            (life.isAged, life.turnDay, life.turnHours) = (true, Int(theft), hours)
            life.turnHour = (theft - theft.rounded(.down)) * 24
            let own = (0..<before).map { _ in stream.chance(activity) ? stream.poisson(ownRate) : 0 }
            let days = (before..<life.dayCount).map { age in
                let day = Double(life.firstDay + age)
                return max(0, min(day + 1, theft + hours / 24) - max(day, theft))
            }
            planned.add(life, counts: own + CampaignPlan.divide(total, by: days, &stream))
        }
    }

    /// Cells of eight: a ban of one ends all of a cell in the same night, and another cell takes its place.
    private mutating func cells() {
        let (size, waves, hit) = (8, [184, 192, 200, 208], 0.3)
        let first = max(2, Int((Double(count) / Double(size) / (1 + hit * Double(waves.count))).rounded()))
        var births = (0..<first).map { _ in Double(firstDay) + stream.uniform(0, 6) }
        var live = Array(0..<first)
        var ends = Array(repeating: endDay, count: first)
        var owed = 0.0
        for wave in waves {
            owed += hit * Double(first)
            while owed >= 1 {
                owed -= 1
                // A cell that came with this wave's first replacements is too young to be found.
                let old = live.indices.filter { births[live[$0]] < Double(wave) - 1 }
                guard !old.isEmpty else { continue }
                let place = old[stream.below(old.count)]
                ends[live[place]] = wave
                live[place] = births.count
                births.append(Double(wave) + stream.uniform(2, 10) / 24)
                ends.append(endDay)
            }
        }
        var lives: [PlannedAccount] = []
        for (cell, birth) in births.enumerated() {
            for seat in 0..<size {
                var life = account(birth: birth + stream.uniform(0, 0.15), endDay: ends[cell])
                life.cohort = cell
                if ends[cell] < endDay, seat == 0 || stream.chance(0.1) {
                    life.banMs = CampaignPlan.nightlyBan(endDay: ends[cell], &stream)
                }
                lives.append(life)
            }
        }
        fill(lives, loadShape: 6, dayShape: 4) { _ in 1 }
    }
}
