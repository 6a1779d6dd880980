import Glibc
import RiskCore
import RiskModels
import Testing

@testable import RiskTraining

@Suite struct ModelTrainingTests {
    @Test func theSameSeedGivesTheSameDocumentForAnyNumberOfThreads() throws {
        var random = Randoms(seed: 4)
        let data = random.data(rowCount: 9000, featureCount: 6)
        let documents = try [1, 2, 3, 2].map {
            try ModelTraining(options: TrainingOptions(seed: 9, threads: $0)).train(data, name: "same")
        }
        for document in documents.dropFirst() { #expect(document == documents[0]) }
        let other = try ModelTraining(options: TrainingOptions(seed: 10)).train(data, name: "same")
        #expect(other.calibrations != documents[0].calibrations)
        #expect(other.kind == documents[0].kind, "the seed only decides what is held out")
    }

    @Test func goldenInputsCoverRealRowsNothingAndUnseenWords() throws {
        var random = Randoms(seed: 6)
        let data = random.data(rowCount: 500, featureCount: 8)
        let document = try ModelTraining(options: TrainingOptions()).train(data, name: "golden")
        #expect(document.goldenInputs.count == 32)
        #expect(document.goldenInputs[30].values.allSatisfy { $0.isNaN })
        for (value, feature) in zip(document.goldenInputs[31].values, data.features) {
            if let categories = feature.categories { #expect(value == Double(categories.count)) }
        }
        #expect(throws: Never.self) { try LoadedModel(document, digest: []) }
    }

    @Test func aTinyTableTrainsWithoutCalibration() throws {
        let data = TrainingData(
            features: [ModelFeature(name: "x")], columns: [[1, 2, 3]], labels: [false, true, true])
        let document = try ModelTraining(options: TrainingOptions()).train(data, name: "tiny")
        #expect(document.calibrations.isEmpty && document.policy.rules.isEmpty && document.training.metrics.isEmpty)
        #expect(throws: Never.self) { try LoadedModel(document, digest: []) }
    }

    @Test func aTimeSplitHoldsOutTheTailAndKeepsGroupsTogether() {
        var data = TrainingData(
            features: [ModelFeature(name: "x")], columns: [Array(repeating: 1, count: 100)],
            labels: Array(repeating: true, count: 100))
        let options = TrainingOptions(timeOrdered: true)
        let plain = HeldOutSplit(data, options: options)
        #expect(plain.heldOut == Array(85..<100) && plain.fitted == Array(0..<85))
        // Group 0 begins early and is fitted wherever it goes on.
        data.groups = (0..<100).map { $0 % 10 == 0 ? 0 : $0 }
        #expect(HeldOutSplit(data, options: options).heldOut == (84..<100).filter { $0 != 90 })
    }

    @Test func aRandomSplitNeverDividesAGroup() {
        for seed in 0..<50 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let count = 1 + random.int(0..<300)
            var data = TrainingData(
                features: [ModelFeature(name: "x")], columns: [Array(repeating: 1, count: count)],
                labels: Array(repeating: true, count: count))
            let groups = (0..<count).map { _ in random.int(0..<40) }
            data.groups = groups
            let options = TrainingOptions(seed: seed, heldOutShare: 0.4)
            let split = HeldOutSplit(data, options: options)
            #expect((split.fitted + split.heldOut).sorted() == Array(0..<count), "seed \(seed)")
            let fitted = Set(split.fitted.map { groups[$0] })
            #expect(!split.heldOut.contains { fitted.contains(groups[$0]) }, "seed \(seed)")
            #expect(Double(split.heldOut.count) <= 0.4 * Double(count), "seed \(seed)")
            #expect(split == HeldOutSplit(data, options: options), "seed \(seed)")
        }
    }

    /// What a held-out account has lent is as good as a row of its own.
    @Test func aRowThatBorrowedFromTheOtherSideIsOnNeither() {
        for seed in 0..<20 as Range<UInt64> {
            var random = Randoms(seed: seed)
            var data = TrainingData(
                features: [ModelFeature(name: "x")], columns: [Array(repeating: 1, count: 300)],
                labels: Array(repeating: true, count: 300))
            let groups = (0..<300).map { _ in random.int(0..<40) }
            let lenders = (0..<300).map { $0 % 2 == 0 ? nil : random.int(0..<45) }
            data.groups = groups
            let options = TrainingOptions(seed: seed, heldOutShare: 0.4)
            let plain = HeldOutSplit(data, options: options)
            data.lenders = lenders
            let split = HeldOutSplit(data, options: options)
            for (rows, all) in [(split.fitted, plain.fitted), (split.heldOut, plain.heldOut)] {
                let others = Set(groups).subtracting(all.map { groups[$0] })
                #expect(rows == all.filter { lenders[$0].map { !others.contains($0) } ?? true }, "seed \(seed)")
                #expect(rows.count < all.count, "seed \(seed)")
            }
        }
    }

    @Test func plattScalingFindsThePlantedLine() {
        var random = Randoms(seed: 12)
        let margins = (0..<50_000).map { _ in 2 * random.normal() }
        let labels = margins.map { random.uniform() < 1 / (1 + exp(-(0.5 * $0 - 1))) }
        let calibration = PlattScaling.fit(nil, margins, labels)
        #expect(abs(calibration.slope - 0.5) < 0.03 && abs(calibration.offset + 1) < 0.05)
        #expect(calibration.rowCount == 50_000)
    }

    @Test func aRowThatCountsTwiceCalibratesAsTwoRows() {
        var random = Randoms(seed: 14)
        let margins = (0..<3000).map { _ in 2 * random.normal() }
        let labels = margins.map { random.uniform() < 1 / (1 + exp(-(0.7 * $0 - 1))) }
        let weights = labels.map { $0 ? 1.0 : 2.0 }
        let doubled = margins.indices.flatMap { labels[$0] ? [$0] : [$0, $0] }
        let weighted = PlattScaling.fit(nil, margins, labels, weights: weights)
        let repeated = PlattScaling.fit(nil, doubled.map { margins[$0] }, doubled.map { labels[$0] })
        #expect(abs(weighted.slope - repeated.slope) < 1e-6 && abs(weighted.offset - repeated.offset) < 1e-6)
    }

    @Test func marginsThatNeedNoCalibrationKeepTheirOwnProbabilities() {
        var kept = 0
        for seed in 0..<40 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let margins = (0..<500).map { _ in 2 * random.normal() }
            let labels = margins.map { random.uniform() < 1 / (1 + exp(-$0)) }
            let calibrations = PlattScaling.calibrations(margins: margins, labels: labels, eventTypes: nil)
            if calibrations.map(\.slope) == [1], calibrations.map(\.offset) == [0] { kept += 1 }
        }
        #expect(kept >= 34, "a fit by chance in about one of twenty: \(40 - kept) of 40")
    }

    @Test func calibrationStaysFiniteAndUprightOnHardMargins() {
        let labels = (0..<200).map { $0 >= 100 }
        let separated = PlattScaling.fit(nil, labels.map { $0 ? 5 : -5 }, labels)
        #expect(separated.slope > 0 && separated.slope.isFinite)
        let backwards = PlattScaling.fit(nil, labels.map { $0 ? -5 : 5 }, labels)
        #expect(backwards.slope == PlattScaling.slopeMinimum && abs(backwards.offset) < 0.1)
        let constant = PlattScaling.fit(nil, labels.map { _ in 0.3 }, labels)
        #expect(constant.slope > 0 && abs(constant.slope * 0.3 + constant.offset) < 0.01)
    }

    @Test func decisionPointsWithEnoughRowsGetTheirOwnCalibration() throws {
        var random = Randoms(seed: 13)
        let types = (0..<6000).map { $0 % 60 == 0 ? EventType.usage : $0 % 2 == 0 ? .signup : .payment }
        let margins = types.map { random.normal() + ($0 == .payment ? 2 : 0) }
        let labels = margins.map { random.uniform() < 1 / (1 + exp(-$0)) }
        let calibrations = PlattScaling.calibrations(margins: margins, labels: labels, eventTypes: types)
        #expect(calibrations.map(\.eventType) == [nil, .signup, .payment])
    }
}
