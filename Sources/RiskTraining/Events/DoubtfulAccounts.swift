/// Accounts nobody labelled that look like those of a known campaign: rows of neither class.
///
/// A provider never finds all of a campaign. What it missed stands among the honest, looks like the campaign in
/// everything, and a model that has to call a sixth of a campaign's likes honest cannot be sure of any of them: the
/// threshold for one honest account in a thousand then lies above most of the campaign. So each account is judged by
/// trees grown on other accounts, and an unlabelled one whose highest margin is among those of the campaigns' is left
/// out. After Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021, which
/// compares out-of-sample probabilities with the mean of the class; here it is a quantile, since few campaign accounts
/// give themselves away in every row.
struct DoubtfulAccounts {
    /// Each account is judged by trees grown on those of the other folds.
    static let foldCount = 3
    /// An account is doubtful whose highest margin is above this quantile of the known campaigns' accounts.
    static let quantile = 0.1
    /// With fewer accounts of known campaigns nobody can say what they look like.
    static let leastKnownCount = 30
    /// For each account of a known campaign at most so many are doubtful, the surest ones.
    static let mostForEachKnown = 0.5

    private static let treeLimit = 100
    private static let learningRate = 0.1

    /// How to train: its shape of trees and its threads.
    let options: TrainingOptions

    /// What is known of an account.
    enum Standing {
        case ofKnownCampaign, unlabelled, other
    }

    /// Finds them.
    ///
    /// - Parameters:
    ///   - data: Rows with groups, of all accounts that would be learnt from; altered copies are not looked at.
    ///   - standing: By group.
    /// - Returns: Their groups. None where a fold has one class only.
    /// - Complexity: Three trainings of a hundred trees on two thirds of the rows.
    func find(
        in data: TrainingData, standing: (_ group: Int) -> Standing, progress: @escaping TrainingProgress
    ) -> Set<Int> {
        guard let groups = data.groups else { preconditionFailure("rows without groups have no doubtful accounts") }
        var standings: [Int: Standing] = [:]
        for group in groups where standings[group] == nil { standings[group] = standing(group) }
        let knownCount = standings.values.count { $0 == .ofKnownCampaign }
        guard knownCount >= Self.leastKnownCount, standings.values.contains(.unlabelled) else { return [] }
        guard let peaks = peaks(data, groups, progress) else { return [] }
        var known: [Double] = []
        var candidates: [(margin: Double, group: Int)] = []
        for (group, peak) in peaks {
            switch standings[group] {
            case .ofKnownCampaign: known.append(peak)
            case .unlabelled: candidates.append((peak, group))
            case .other, nil: break
            }
        }
        known.sort()
        let threshold = known[Int(Double(known.count - 1) * Self.quantile)]
        let most = Int(Double(known.count) * Self.mostForEachKnown)
        let surest = candidates.filter { $0.margin > threshold }.sorted {
            ($1.margin, $0.group) < ($0.margin, $1.group)
        }
        return Set(surest.prefix(most).map(\.group))
    }

    /// By group, the highest margin that trees grown on other groups give its rows; nil where a fold has one class.
    private func peaks(_ data: TrainingData, _ groups: [Int], _ progress: TrainingProgress) -> [Int: Double]? {
        let data = data.toFit
        let table = BinnedTable(data, threads: options.threads)
        let rows = data.unaltered(Array(0..<data.rowCount))
        var trees = options.trees
        (trees.learningRate, trees.positiveWeight) = (Self.learningRate, 1)
        var peaks: [Int: Double] = [:]
        for fold in 0..<Self.foldCount {
            let name = "looking for accounts that were missed"
            func share(_ part: Double) -> Double { (Double(fold) + part) / Double(Self.foldCount) }
            progress(name, share(0))
            let judged = rows.filter { self.fold(of: groups[$0]) == fold }
            let fitted = rows.filter { self.fold(of: groups[$0]) != fold }
            guard !judged.isEmpty, let start = data.logOdds(of: fitted) else { return nil }
            let boosting = Boosting(
                data: data, table: table, options: trees, seed: options.seed &+ UInt64(fold), threads: options.threads)
            let result = boosting.run(
                start: Array(repeating: start, count: data.rowCount), fitted: fitted, heldOut: judged,
                treeLimit: Self.treeLimit
            ) { progress(name, share($0)) }
            for row in judged { peaks[groups[row]] = max(peaks[groups[row]] ?? -.infinity, result.margins[row]) }
        }
        return peaks
    }

    private func fold(of group: Int) -> Int {
        Int(RowSampling.draw(UInt64(group) &+ options.seed &* 0x646F_7562_7466_756C) % UInt64(Self.foldCount))
    }
}
