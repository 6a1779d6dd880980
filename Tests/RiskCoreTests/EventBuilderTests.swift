import RiskCore
import Testing

@Suite struct EventBuilderTests {
    private func minimal() throws -> EventBuilder {
        var builder = EventBuilder()
        try builder.set(.eventType, word: "signup")
        try builder.set(.eventTimeMs, whole: 1_762_000_000_000)
        try builder.set(.accountRef, reference: Reference("a1"))
        return builder
    }

    @Test func whatIsSetIsThere() throws {
        var builder = try minimal()
        try builder.set(.proxyConfidence, number: 0.25)
        try builder.set(.ipType, word: "hosting")
        try builder.set(.isVirtualCard, flag: true)
        try builder.set(.activeDowHist, histogram: [0.5, 0.5, 0, 0, 0, 0, 0])
        let event = try builder.build()
        #expect(event.type == .signup)
        #expect(event.timeMs == 1_762_000_000_000)
        #expect(event.number(.proxyConfidence) == 0.25)
        #expect(event.word(.ipType, as: IPType.self) == .hosting)
        #expect(event.number(.isVirtualCard) == 1)
        #expect(Array(event.histogram(.activeDowHist)) == [0.5, 0.5, 0, 0, 0, 0, 0])
        #expect(event.number(.formFillMs).isNaN, "absent is not zero")
        #expect(event.histogram(.activeHourHist).isEmpty)
        #expect(event.organisation == event.account, "without a tenant an account is its own")
    }

    @Test(arguments: [EventField.eventType, .eventTimeMs, .accountRef])
    func missingRequiredFieldIsNamed(field: EventField) throws {
        var builder = EventBuilder()
        if field != .eventType { try builder.set(.eventType, word: "usage") }
        if field != .eventTimeMs { try builder.set(.eventTimeMs, whole: 1) }
        if field != .accountRef { try builder.set(.accountRef, reference: Reference("a")) }
        let error = #expect(throws: FieldError.self) { try builder.build() }
        #expect(error?.code == .missing)
        #expect(error?.path == field.spec.path)
    }

    @Test(arguments: EventField.allCases)
    func everyFieldRefusesWhatItDoesNotTake(field: EventField) {
        func refusal(_ body: (inout EventBuilder) throws -> Void) -> FieldError? {
            var builder = EventBuilder()
            do {
                try body(&builder)
                return nil
            } catch { return error as? FieldError }
        }
        var refusals: [FieldError?] = []
        switch field.spec.kind {
        case .whole(let maximum):
            refusals.append(refusal { try $0.set(field, whole: maximum + 1) })
            refusals.append(refusal { try $0.set(field, number: 0.5) })
            refusals.append(refusal { try $0.set(field, number: -1) })
            refusals.append(refusal { try $0.set(field, word: "signup") })
        case .number(let range):
            for value in [-0.001, .nan, .infinity, range.upperBound * 1.001] {
                refusals.append(refusal { try $0.set(field, number: value) })
            }
            refusals.append(refusal { try $0.set(field, flag: true) })
        case .flag:
            refusals.append(refusal { try $0.set(field, whole: 1) })
        case .word(let words):
            refusals.append(refusal { try $0.set(field, word: "no_such_word") })
            refusals.append(refusal { try $0.set(field, wordIndex: words.count) })
            refusals.append(refusal { try $0.set(field, wordIndex: -1) })
        case .reference:
            refusals.append(refusal { try $0.set(field, reference: Reference([])) })
            refusals.append(refusal { try $0.set(field, reference: Reference(Array(repeating: 7, count: 65))) })
            refusals.append(
                refusal {
                    try $0.set(field, reference: Reference("x"))
                    try $0.set(field, reference: Reference("y"))
                })
        case .references(let limit):
            refusals.append(
                refusal { for _ in 0...limit { try $0.add(field, reference: Reference("x")) } })
        case .histogram(let count):
            let even = Array(repeating: 1 / Double(count), count: count)
            refusals.append(refusal { try $0.set(field, histogram: even.dropLast()) })
            refusals.append(refusal { try $0.set(field, histogram: even.map { $0 * 1.1 }) })
            refusals.append(refusal { try $0.set(field, histogram: [2, -1] + even.dropFirst(2)) })
        }
        for error in refusals {
            #expect(error?.path.hasPrefix(field.spec.path) == true, "\(field): \(String(describing: error))")
            #expect(error?.expected.isEmpty == false)
        }
    }

    @Test func cardNumbersAreRefusedInPaymentsAndNowhereElse() throws {
        let card = Reference("4111111111111111")
        for field in [EventField.instrumentRef, .issuerProgrammeRef, .billingAddrRef] {
            var builder = EventBuilder()
            let error = #expect(throws: FieldError.self) { try builder.set(field, reference: card) }
            #expect(error?.code == .cardNumber)
            #expect(error?.description.contains("4111") == false, "the number is not repeated")
        }
        var builder = EventBuilder()
        try builder.set(.accountRef, reference: card)
        try builder.set(.orgRef, reference: card)
        #expect(throws: FieldError.self) {
            try builder.add(CustomValue(name: "note", value: .text("card 4111 1111 1111 1111, thanks")))
        }
    }

    @Test func customValuesAreCheckedByName() throws {
        for name in ["", "A", "1a", "a-b", String(repeating: "a", count: 65)] {
            var builder = EventBuilder()
            #expect(throws: FieldError.self) { try builder.add(CustomValue(name: name, value: .number(1))) }
        }
        var builder = EventBuilder()
        try builder.add(CustomValue(name: "a_1", value: .number(1)))
        #expect(throws: FieldError.self) { try builder.add(CustomValue(name: "a_1", value: .number(2))) }
        #expect(throws: FieldError.self) { try builder.add(CustomValue(name: "b", value: .number(.nan))) }
        #expect(throws: FieldError.self) { try builder.add(CustomValue(name: "c", value: .text("a\u{0}b"))) }
    }

    @Test func aReferenceAndARawValueForTheSameThingExcludeEachOther() throws {
        var builder = EventBuilder()
        try builder.set(.deviceRef, reference: Reference("d"))
        let error = #expect(throws: FieldError.self) {
            try builder.set(.deviceRef, reference: Reference([1], namespace: .serverKeyed))
        }
        #expect(error?.code == .conflict)
    }
}
