internal import Glibc

/// Lays an account's days: how many requests, in which hours, on which model, and when the next record is due.
struct DayPlanner {
    private var rhythm: DayRhythm
    /// What is left of whole requests for each hour of a campaign that moves to a new model by plan.
    private var carry: [[Double]]

    init(seed: UInt64) {
        rhythm = DayRhythm(seed: seed)
        carry = Array(repeating: Array(repeating: 0.5, count: WorldCalendar.dayCount * 24), count: 4)
    }

    /// Lays the next day with requests from a day on; false if there is none.
    mutating func layNextDay(
        _ state: inout AccountState, slot: Int, from first: Int, _ population: (any PlannedPopulation)?,
        _ windows: inout UsageWindows, _ tally: inout ReproductionTally
    ) -> Bool {
        state.usageDueMs = .max
        guard first < state.endDay else { return false }
        for day in first..<state.endDay {
            let firstHour = day == state.firstHour / 24 ? state.firstHour % 24 : 0
            let count = requests(on: day, &state, firstHour: firstHour, population)
            guard count > 0 else { continue }
            rhythm.lay(count, day: day, firstHour: firstHour, state.profile, &state.stream)
            state.exchangesBefore += state.dayCount
            (state.day, state.dayCount) = (day, 0)
            windows.begin(day: day, slot: slot)
            for hour in 0..<24 where rhythm.hours[hour] > 0 {
                let requests = rhythm.hours[hour]
                state.dayCount += requests
                let newest = newest(of: requests, hour: day * 24 + hour, &state, population, &tally)
                windows.set(slot: slot, hour: day * 24 + hour, requests: requests, onNewest: newest)
            }
            schedule(&state, slot: slot, windows)
            return true
        }
        return false
    }

    /// Requests on a day: as planned, or as the account's habits have it.
    private func requests(
        on day: Int, _ state: inout AccountState, firstHour: Int, _ population: (any PlannedPopulation)?
    ) -> Int {
        if let population {
            let offset = day - state.plannedFirstDay
            return offset >= 0 ? Int(population.plan.counts[state.plannedStart + offset]) : 0
        }
        let profile = state.profile
        let activity = WorldCalendar.weekday(day) >= 5 ? profile.weekendActivity : profile.weekdayActivity
        // Most try the service on the day they come.
        let isFirst = day == state.firstHour / 24
        guard state.stream.chance(isFirst ? 0.8 : Double(activity)) else { return 0 }
        let left = isFirst ? Double(23 - firstHour) / 24 : 1
        let ramp = min(1, 0.4 + 0.2 * Double(day - state.firstHour / 24))
        let count = Double(profile.requestsPerDay) * exp(Double(profile.daySigma) * state.stream.normal())
        return min(60_000, Int((count * left * (state.profile.rampDays > 2 ? ramp : 1)).rounded(.up)))
    }

    /// Requests of an hour on the newest model.
    private mutating func newest(
        of count: Int, hour: Int, _ state: inout AccountState, _ population: (any PlannedPopulation)?,
        _ tally: inout ReproductionTally
    ) -> Int {
        let model = WorldCalendar.newestModel(hour: hour)
        let since = Double(hour - WorldCalendar.launchHours[model])
        let distilled = state.distillShare < 1 ? state.stream.rounded(Double(count) * state.distillShare) : count
        tally.add(requests: count, distilled: distilled, hour: hour, state.membership)
        if let share = population?.pivotShare(hoursSinceLaunch: since, launch: model), distilled > 0 {
            // A dispatcher splits the work of the whole campaign, not each account's by itself.
            let row = max(0, state.membership.tallyIndex)
            let exact = carry[row][hour] + Double(distilled) * share
            let moved = min(distilled, Int(exact))
            carry[row][hour] = exact - Double(moved)
            tally.add(moved: moved, of: distilled, hour: hour, state.membership)
            return moved + ordinaryNewest(of: count - distilled, model: model, since: since, &state)
        }
        return ordinaryNewest(of: count, model: model, since: since, &state)
    }

    private func ordinaryNewest(of count: Int, model: Int, since: Double, _ state: inout AccountState) -> Int {
        let profile = state.profile
        let pace = 0.5 + unitHash(profile.account ^ UInt64(model))
        let isNewcomer = WorldCalendar.hour(state.signupMs) > WorldCalendar.launchHours[model]
        let switched = model == 0 || isNewcomer || since >= Double(profile.switchHours) * pace
        return state.stream.binomial(count, switched ? Double(profile.switchShare) : 0.02)
    }

    /// Sets when the next record is due: a checkpoint of the lifetime count, or the day's end.
    func schedule(_ state: inout AccountState, slot: Int, _ windows: UsageWindows) {
        let target = state.nextCheckpoint() - state.exchangesBefore
        guard target <= state.dayCount else {
            // The provider goes through all accounts in the day's last minute.
            let within = 59 * 60_000 + Int64(unitHash(state.profile.account ^ 0xE0D) * 60_000)
            state.usageDueMs = WorldCalendar.ms(day: state.day) + 23 * WorldCalendar.hourMs + within
            state.usageIsDaily = true
            return
        }
        var before = 0
        for hour in state.day * 24..<state.day * 24 + 24 {
            let count = windows.requests(slot: slot, hour: hour)
            if before + count >= target {
                state.usageDueMs =
                    WorldCalendar.startMs + Int64(hour) * WorldCalendar.hourMs
                    + UsageWindows.offsetMs(index: target - before - 1, of: count)
                state.usageIsDaily = false
                return
            }
            before += count
        }
    }
}
