import RiskCore
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

    @Test func everyWordHasItsOwnNumberOnTheWire() {
        let table = EventTable.shared
        for entry in table.envelope + table.signup + table.payment + table.usage {
            guard case .word(let words) = entry.field.spec.kind else { continue }
            #expect(Set(entry.numbers).count == words.count && !entry.numbers.contains(0), "\(entry.field)")
            for index in words.indices { #expect(entry.indices[Int(entry.numbers[index])] == index, "\(entry.field)") }
        }
    }

    @Test func wordsOutsideTheTableHaveTheNumbersOfTheWire() {
        #expect(WireWords.disagreements().isEmpty)
    }
}
