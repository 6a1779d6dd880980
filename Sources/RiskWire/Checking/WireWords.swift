internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore
internal import RiskModels

/// The words of the protos' enums with their numbers, and the proof that the domain means the same by them.
enum WireWords {
    /// The words of an enum with their numbers: `EVENT_TYPE_SIGNUP` is `signup`. Leaves out number 0.
    static func numbers(_ descriptor: UnsafePointer<ProtobufCEnumDescriptor>) -> [String: UInt32] {
        let values = UnsafeBufferPointer(start: descriptor.pointee.values, count: Int(descriptor.pointee.n_values))
            .map { (name: String(cString: $0.name), number: UInt32(bitPattern: $0.value)) }
        let unspecified = "UNSPECIFIED"
        guard let first = values.first, first.number == 0, first.name.hasSuffix(unspecified) else {
            preconditionFailure("\(String(cString: descriptor.pointee.name)) has no value 0 named …_\(unspecified)")
        }
        let prefixCount = first.name.utf8.count - unspecified.utf8.count
        return Dictionary(
            uniqueKeysWithValues: values.dropFirst().map { ($0.name.dropFirst(prefixCount).lowercased(), $0.number) })
    }

    /// The enums whose numbers the domain's raw values repeat and that disagree, by name; empty if all is well.
    static func disagreements() -> [String] {
        var wrong: [String] = []
        func compare(_ descriptor: ProtobufCEnumDescriptor, _ domain: [(String, UInt32)]) {
            let wire = withUnsafePointer(to: descriptor) { numbers($0) }
            if wire != Dictionary(uniqueKeysWithValues: domain) { wrong.append(String(cString: descriptor.short_name)) }
        }
        compare(
            stillwatch__v1__identifier_class__descriptor,
            IdentifierClass.allCases.map { ($0.word, UInt32($0.rawValue)) })
        compare(stillwatch__v1__decision__descriptor, Decision.allCases.map { ($0.word, UInt32($0.rawValue)) })
        compare(stillwatch__v1__verdict__descriptor, Label.Verdict.allCases.map { ($0.word, UInt32($0.rawValue)) })
        compare(
            stillwatch__v1__intel_source__descriptor, IntelSource.allCases.map { ($0.word, UInt32($0.rawValue + 1)) })
        compare(
            stillwatch__v1__feature_direction__descriptor,
            FeatureDirection.allCases.map { ("\($0)", UInt32($0.rawValue)) })
        compare(
            stillwatch__v1__numeric_transform__descriptor,
            [NumericTransform.identity, .signedLog].map {
                ($0 == .identity ? "identity" : "signed_log", UInt32($0.rawValue))
            })
        compare(
            stillwatch__v1__serving_state__descriptor,
            [ServingState.serving, .draining].map { ("\($0)", $0.rawValue) })
        compare(
            stillwatch__v1__model_role__descriptor,
            [ModelInfo.Role.active, .staged, .previous].map { ("\($0)", $0.rawValue) })
        return wrong
    }
}
