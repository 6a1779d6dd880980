extension LoadedModel {
    /// Checks all of a document that does not depend on the kind of model.
    static func checkStructure(_ document: ModelDocument) throws(ModelFileError) {
        func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(ModelFileError) {
            guard condition else { throw ModelFileError(.invalid, message()) }
        }
        let features = document.features
        try require(
            (1...Limits.featureCount).contains(features.count),
            "features: expected 1 to \(Limits.featureCount), found \(features.count)")
        try require(
            Set(features.map(\.name)).count == features.count, "features: expected names that differ, found one twice")
        for (index, feature) in features.enumerated() {
            try require(
                !feature.name.isEmpty && feature.name.utf8.count <= 256,
                "features[\(index)].name: expected 1 to 256 bytes, found \(feature.name.utf8.count)")
            let categories = feature.categories ?? []
            try require(
                categories.count <= Limits.categoryCount,
                "features[\(index)].categories: expected at most \(Limits.categoryCount), found \(categories.count)")
            try require(
                Set(categories).count == categories.count,
                "features[\(index)].categories: expected words that differ, found one twice")
        }
        try require(
            document.goldenInputs.count <= Limits.goldenInputCount,
            "golden_inputs: expected at most \(Limits.goldenInputCount), found \(document.goldenInputs.count)")
        try require(
            Set(document.calibrations.map(\.eventType)).count == document.calibrations.count,
            "calibrations: expected one for each decision point, found two")
        for (index, calibration) in document.calibrations.enumerated() {
            try require(
                calibration.slope.isFinite && calibration.slope > 0 && calibration.offset.isFinite,
                "calibrations[\(index)]: expected a slope above 0 and a finite offset, found \(calibration.slope) and "
                    + "\(calibration.offset)")
        }
        try require(
            document.policy.rules.count <= Limits.ruleCount,
            "policy.rules: expected at most \(Limits.ruleCount), found \(document.policy.rules.count)")
        for (index, rule) in document.policy.rules.enumerated() {
            try require(
                !rule.threshold.isNaN && rule.falsePositiveShare.isFinite,
                "policy.rules[\(index)]: expected a threshold and a finite share, found \(rule.threshold) and "
                    + "\(rule.falsePositiveShare)")
        }
    }
}
