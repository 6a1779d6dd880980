public import ArgumentParser
public import RiskTraining

// The library's words as arguments. Public imports, because the types are public, and so are their conformances.

extension EvaluationPlan.Split: ExpressibleByArgument {}
extension EventTraining.Unattributed: ExpressibleByArgument {}
extension EventTraining.Doubtful: ExpressibleByArgument {}
extension EventTraining.Unlabelled: ExpressibleByArgument {}
extension FeatureExport.Precision: ExpressibleByArgument {}
