import RiskCore
import RiskEventLog
import RiskModels
import TestSupport
import Testing

@testable import RiskTraining

/// What is a row, and what thinning out does to the rest.
@Suite struct EventRowsTests {
    private let folder: TemporaryFolder
    private let world: TinyWorld

    init() throws {
        folder = try TemporaryFolder()
        world = try TinyWorld(seed: 3, honestCount: 120)
        try world.write(to: folder)
    }

    private func rows(_ training: EventTraining) throws -> (TrainingData, TrainingRows) {
        var rows = try TrainingRows(training, labels: world.labels)
        let known = rows.labels.rows.map(\.label)
        let replay = try LogReplay(path: folder.path("events.swlog"), labels: known)
        let sparser = try training.sparserLog(folder.path("events.swlog"), labels: known)
        var accounts = AccountNumbers()
        var vector: [Double] = []
        while let event = try replay.next() {
            guard rows.wants(event) else { continue }
            let account = accounts.number(of: event.observation.event.account)
            guard rows.note(event, account: account) else { continue }
            FeatureExtractor.wholeCatalogue.extract(event.observation, into: &vector)
            try rows.add(event, vector: vector, account: account, sparser: sparser)
        }
        return (try rows.trainingData(), rows)
    }

    @Test func aLimitThinsOutHonestUsageFirst() throws {
        let (all, _) = try rows(EventTraining())
        #expect(all.weights == nil)
        var training = EventTraining()
        training.rowLimit = all.rowCount - 1
        let (fewer, kept) = try rows(training)
        let weights = try #require(fewer.weights)
        #expect(kept.share < 1 && fewer.rowCount < all.rowCount && fewer.rowCount <= training.rowLimit)
        #expect(fewer.positiveCount == all.positiveCount)
        for row in 0..<fewer.rowCount {
            let isThinned = fewer.eventTypes?[row] == .usage && !fewer.labels[row]
            #expect(weights[row] == (isThinned ? 1 / kept.share : 1))
        }
        let others = all.rowCount - all.eventTypes!.indices.count { all.eventTypes![$0] == .usage && !all.labels[$0] }
        // The weights stand for about as many rows as there were.
        let total = weights.reduce(0, +)
        #expect(abs(total - Double(all.rowCount)) < 0.25 * Double(all.rowCount - others) + 1)
        // Far too small a limit keeps what must be kept, and does not thin honest use out to nothing.
        training.rowLimit = 1
        let (fewest, _) = try rows(training)
        let unthinned = (0..<all.rowCount).count { all.eventTypes?[$0] != .usage }
        #expect(fewest.rowCount < all.rowCount && fewest.rowCount - unthinned >= unthinned / 16)
    }

    @Test func abusiveUsageIsThinnedOutBeyondHalfTheLimit() throws {
        let (all, _) = try rows(EventTraining())
        func isAbusiveUsage(_ data: TrainingData, _ row: Int) -> Bool {
            data.labels[row] && data.eventTypes?[row] == .usage
        }
        let abusive = (0..<all.rowCount).count { isAbusiveUsage(all, $0) }
        // As many as there may be: nothing changes, however many others there are.
        var training = EventTraining()
        training.rowLimit = 2 * abusive
        let (same, whole) = try rows(training)
        #expect(whole.abusiveShare == 1 && same.positiveCount == all.positiveCount)
        // One more, and about half of them stand for all; sign-ups and payments stay.
        training.rowLimit = 2 * abusive - 2
        let (fewer, half) = try rows(training)
        let (weights, kept) = (try #require(fewer.weights), (0..<fewer.rowCount).filter { isAbusiveUsage(fewer, $0) })
        #expect(half.abusiveShare == 0.5 && kept.allSatisfy { weights[$0] == 2 })
        #expect(kept.count < abusive && abs(2 * kept.count - abusive) < abusive / 4)
        #expect(fewer.positiveCount - kept.count == all.positiveCount - abusive)
        let document = try half.train(place: "", digests: []) { _, _ in }
        #expect(document.training.options.contains("kept_share_of_abusive_usage=0.5"))
    }

    @Test func featuresCanBeLeftOut() throws {
        var training = EventTraining()
        let (all, _) = try rows(training)
        training.withoutFeatures = ["link.", "usage.requests"]
        let (fewer, _) = try rows(training)
        let kept = all.features.filter { !$0.name.hasPrefix("link.") && !$0.name.hasPrefix("usage.requests") }
        #expect(fewer.features == kept && kept.count < all.features.count && fewer.rowCount == all.rowCount)
        #expect(training.statement.contains("without=link.;usage.requests"))
        training.withoutFeatures = ["no.such"]
        #expect(throws: TrainingError.self) { try training.check() }
    }

    @Test func labelsMayBeKnownLaterThanRowsEnd() throws {
        var training = EventTraining()
        training.untilMs = TinyWorld.moment(40)
        let (early, _) = try rows(training)
        training.labelsUntilMs = TinyWorld.moment(60)
        let (later, _) = try rows(training)
        #expect(early.rowCount == later.rowCount)
        #expect(early.positiveCount < later.positiveCount)
    }

    @Test func whatIsLeftOutGivesNoRows() throws {
        let (all, _) = try rows(EventTraining())
        var training = EventTraining()
        training.unattributed = .skip
        let (attributed, _) = try rows(training)
        #expect(attributed.rowCount < all.rowCount && attributed.positiveCount < all.positiveCount)
        training.excludedCampaigns = ["late"]
        let (without, _) = try rows(training)
        #expect(without.positiveCount < attributed.positiveCount)
        training.excludedAccounts = [Reference("honest-1")]
        let (fewer, _) = try rows(training)
        #expect(fewer.rowCount < without.rowCount && fewer.positiveCount == without.positiveCount)
    }

    @Test func aRowAndItsAlteredCopyCountAsOne() throws {
        var training = EventTraining()
        let (plain, _) = try rows(training)
        (training.identifierDropout, training.innocentCrowds) = (true, 0)
        let (doubled, _) = try rows(training)
        let isAltered = try #require(doubled.isAltered)
        let fitWeights = try #require(doubled.fitWeights)
        #expect(doubled.rowCount == 2 * plain.rowCount && isAltered.count { $0 } == plain.rowCount)
        #expect(doubled.weights == nil && fitWeights.allSatisfy { $0 == 0.5 })
        for row in stride(from: 0, to: doubled.rowCount, by: 2) {
            #expect(!isAltered[row] && isAltered[row + 1])
            #expect(doubled.labels[row] == doubled.labels[row + 1] && doubled.groups?[row] == doubled.groups?[row + 1])
        }
        // Nothing is learnt from whoever is left out, not even what it has lent; its borrowers' rows stay as they came.
        let lenders = try #require(doubled.lenders)
        let lent = Dictionary(grouping: lenders.compactMap { $0 }) { $0 }
        let busiest = try #require(lent.max { ($0.value.count, $0.key) < ($1.value.count, $1.key) })
        let without = try rows(training).1.trainingData(leavingOut: { $0 == busiest.key })
        let ownRows = doubled.groups?.count { $0 == busiest.key } ?? 0
        let lentRows = doubled.groups?.indices.count {
            lenders[$0] == busiest.key && doubled.groups?[$0] != busiest.key
        }
        #expect(without.lenders?.contains(busiest.key) == false && without.groups?.contains(busiest.key) == false)
        #expect(without.rowCount == doubled.rowCount - ownRows - (lentRows ?? 0) && busiest.value.count > 1)
        #expect(without.fitWeights?.count { $0 == 1 } == lentRows)
        // Thinned out, the copies go with their rows.
        training.rowLimit = plain.rowCount - 1
        let (fewer, kept) = try rows(training)
        let altered = try #require(fewer.isAltered)
        #expect(kept.share < 1 && altered.count { $0 } * 2 == fewer.rowCount && fewer.rowCount < doubled.rowCount)
        // What is judged by, and said of the data, is the rows as they came.
        training.rowLimit = 100_000
        let (document, all) = (try rows(training).1.train(place: "", digests: []) { _, _ in }, plain)
        #expect(document.training.rowCount == UInt64(all.rowCount))
        #expect(document.training.positiveCount == UInt64(all.positiveCount))
        let expected = [
            "identifier_dropout=0.5", "sparser=log", "borrowed_looks=0.3", "stolen_identities=0.1",
        ]
        #expect(Set(expected).isSubset(of: document.training.options))
    }

    @Test(arguments: [0.3, 0.5])
    func acrossForestsARowAndItsCopiesCountAsOne(alteredShare: Double) throws {
        var training = EventTraining()
        (training.identifierDropout, training.alteredShare, training.innocentCrowds) = (true, alteredShare, 0)
        let (uncrowded, _) = try rows(training)
        #expect(uncrowded.otherFitWeights == nil && uncrowded.rowsInACrowd.isEmpty)
        training.innocentCrowds = 0.5
        let (data, gathered) = try rows(training)
        let crowded = data.rowsInACrowd
        #expect(!crowded.isEmpty && crowded.allSatisfy { !data.labels[$0] }, "honest rows alone stand in a crowd")
        let (with, without) = (try #require(data.fitWeights), try #require(data.otherFitWeights))
        // Without those in crowds, what is learnt from is what it is without that option, row by row.
        let others = (0..<data.rowCount).filter { !crowded.contains($0) }
        #expect(others.map { without[$0] } == uncrowded.fitWeights)
        #expect(others.map { data.isAltered?[$0] } == uncrowded.isAltered?.map { $0 })
        #expect(crowded.allSatisfy { without[$0] == 0 && with[$0] == alteredShare })
        // With them, the other copy of a row in a crowd counts for nothing.
        var sums = [0.0, 0.0]
        for row in 0..<data.rowCount where data.isAltered?[row] == false {
            let copies = (row + 1..<data.rowCount).prefix { data.isAltered?[$0] == true }
            let inCrowd = copies.filter(crowded.contains)
            #expect(copies.count - inCrowd.count == 1 && inCrowd.count <= 1)
            #expect(with[row] == 1 - alteredShare && without[row] == 1 - alteredShare)
            for copy in copies where !crowded.contains(copy) {
                #expect(with[copy] == (inCrowd.isEmpty ? alteredShare : 0) && without[copy] == alteredShare)
            }
            sums = zip(sums, [with, without]).map { sum, weights in
                sum + ([row] + copies).reduce(0) { $0 + weights[$1] }
            }
        }
        let plain = Double(data.rowCount - (data.isAltered?.count { $0 } ?? 0))
        #expect(sums.allSatisfy { abs($0 - plain) < 1e-9 })
        let document = try gathered.train(place: "", digests: []) { _, _ in }
        #expect(document.training.options.contains("innocent_crowds=0.5"))
        // Without any lender of a crowd both are the same.
        let lenders = Set(crowded.compactMap { data.lenders?[$0] })
        let left = try gathered.trainingData(leavingOut: { lenders.contains($0) })
        #expect(left.rowsInACrowd.isEmpty && left.otherFitWeights == nil && left.rowCount > 0)
        // Crowds do not count where rows are held out: as many others are as without them.
        var options = TrainingOptions(timeOrdered: true)
        options.heldOutShare = 0.3
        let (split, plainSplit) = (HeldOutSplit(data, options: options), HeldOutSplit(uncrowded, options: options))
        #expect(split.heldOut.count { !crowded.contains($0) } == plainSplit.heldOut.count)
        #expect(!plainSplit.heldOut.isEmpty)
    }

    /// Trees from events are the mean of two forests, unless nothing tells them apart or somebody wants one.
    @Test func treesFromEventsAreTwoForests() throws {
        func options(_ innocentCrowds: Double, forests: Int? = nil) throws -> [String] {
            var training = EventTraining()
            training.options = EventTraining.usualOptions
            training.options.kind = .trees
            (training.options.trees.treeLimit, training.options.trees.forests) = (4, forests)
            training.innocentCrowds = innocentCrowds
            return try rows(training).1.train(place: "", digests: []) { _, _ in }.training.options
        }
        #expect(try options(0.5).contains("forests=2"))
        for others in [try options(0), try options(0.5, forests: 1)] {
            #expect(!others.contains { $0.hasPrefix("forests=") })
        }
    }

    /// A slip of the pen would leave nobody out, in silence.
    @Test func aCampaignThatNoLabelNamesCannotBeLeftOut() {
        var training = EventTraining()
        training.excludedCampaigns = ["c9_nobody"]
        #expect(throws: TrainingError.self) { _ = try TrainingRows(training, labels: []) }
    }
}

extension TrainingData {
    /// Rows that have something of an abusive account.
    fileprivate var rowsInACrowd: Set<Int> {
        let isAbusive = Dictionary(zip(groups ?? [], labels)) { first, _ in first }
        return Set((lenders ?? []).indices.filter { lenders?[$0].flatMap { isAbusive[$0] } == true })
    }
}
