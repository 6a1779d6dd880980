/// How much is tried to find better settings than those given.
///
/// The budget is a number of settings, not a time, so that the same input gives the same model on any machine.
public struct TuningOptions: Sendable, Equatable {
    /// Of so many settings one goes on to the next rung, where each gets so many times the work.
    static let reduction = 3
    /// Settings at most.
    static let configurationLimit = 10_000

    /// Settings that are tried, those that are given among them; 2 to 10,000.
    public var configurationCount: Int
    /// Parameters that stay as they are given, by name.
    public var fixed: Set<String>
    /// No trial begins once the search has taken this many seconds; nil: as long as it takes. Where it cuts the search
    /// short, what comes out depends on the machine, and the model says that it did.
    public var secondLimit: Double?

    /// Options.
    public init(configurationCount: Int = 27, fixed: Set<String> = [], secondLimit: Double? = nil) {
        self.configurationCount = configurationCount
        self.fixed = fixed
        self.secondLimit = secondLimit
    }

    /// Names of the parameters that are searched where training is to go by some options, unless they are fixed.
    public static func parameterNames(_ options: TrainingOptions) -> [String] {
        TuningSpace.parameters(options).map(\.name)
    }

    /// The share of the whole work that each rung grants: 1/9, 1/3, 1 for 27 settings.
    var rungShares: [Double] {
        var shares = [1.0]
        var left = configurationCount
        while left > Self.reduction {
            shares.insert(shares[0] / Double(Self.reduction), at: 0)
            left = (left + Self.reduction - 1) / Self.reduction
        }
        return shares
    }

    /// - Throws: ``TrainingError`` with code `badOption` that names the option.
    func check() throws(TrainingError) {
        guard (2...Self.configurationLimit).contains(configurationCount) else {
            throw TrainingError(
                .badOption, "tune: expected 2 to \(Self.configurationLimit) settings, found \(configurationCount)")
        }
        if let secondLimit, !(secondLimit.isFinite && secondLimit > 0) {
            throw TrainingError(.badOption, "tune seconds: expected a number above 0, found \(secondLimit)")
        }
    }
}
