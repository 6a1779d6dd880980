import CProtobufC
import CStillwatchProtos
import RiskCore
import RiskModels
import Testing

@testable import RiskWire

/// The proto files and the domain name the same things by the same numbers.
@Suite struct EventTableTests {
    @Test func everyFieldOfTheContractHasExactlyOnePlaceOnTheWire() {
        let table = EventTable.shared
        let fields = (table.envelope + table.signup + table.payment + table.usage).map(\.field)
        #expect(fields.count == EventField.allCases.count)
        #expect(Set(fields) == Set(EventField.allCases))
    }

    private func words(_ descriptor: ProtobufCEnumDescriptor) -> [String: UInt32] {
        withUnsafePointer(to: descriptor) { EventTable.enumNumbers($0) }
    }

    private func table<Value>(_ values: [Value], _ word: (Value) -> String, _ number: (Value) -> Int) -> [String:
        UInt32]
    {
        Dictionary(uniqueKeysWithValues: values.map { (word($0), UInt32(number($0))) })
    }

    @Test func wordsOutsideTheTableHaveTheNumbersOfTheWire() {
        #expect(
            words(stillwatch__v1__identifier_class__descriptor)
                == table(IdentifierClass.allCases, \.word, \.rawValue))
        #expect(words(stillwatch__v1__decision__descriptor) == table(Decision.allCases, \.word, \.rawValue))
        #expect(words(stillwatch__v1__verdict__descriptor) == table(Label.Verdict.allCases, \.word, \.rawValue))
        #expect(
            words(stillwatch__v1__intel_source__descriptor) == table(IntelSource.allCases, \.word) { $0.rawValue + 1 })
        #expect(
            words(stillwatch__v1__feature_direction__descriptor)
                == table(FeatureDirection.allCases, { "\($0)" }, \.rawValue))
        #expect(
            words(stillwatch__v1__numeric_transform__descriptor)
                == [
                    "identity": UInt32(NumericTransform.identity.rawValue),
                    "signed_log": UInt32(NumericTransform.signedLog.rawValue),
                ])
        #expect(
            words(stillwatch__v1__serving_state__descriptor) == [
                "serving": ServingState.serving.rawValue, "draining": ServingState.draining.rawValue,
            ])
        #expect(
            words(stillwatch__v1__model_role__descriptor)
                == [
                    "active": ModelInfo.Role.active.rawValue, "staged": ModelInfo.Role.staged.rawValue,
                    "previous": ModelInfo.Role.previous.rawValue,
                ])
    }
}
