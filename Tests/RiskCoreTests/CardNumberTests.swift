import RiskCore
import TestSupport
import Testing

@Suite struct CardNumberTests {
    @Test(arguments: [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5555555555554444", "378282246310005",
        "my card is 4111 1111 1111 1111.", "order 12 4111111111111111", "4012888888881881 12", "6011111111111117",
        "pan=4111111111111111;x", "3530111333300000", "2221000000000009",
    ])
    func isSeen(text: String) {
        #expect(CardNumber.appears(in: text.utf8))
    }

    @Test(arguments: [
        "", "4111111111111112", "411111111111111", "1762000000000", "a4111111111111111", "4111111111111111f",
        "9999999999999995", "0000000000000000", "41111111111111110000000", "4111  1111 1111 1111", "49 30 901820",
    ])
    func isNotSeen(text: String) {
        #expect(!CardNumber.appears(in: text.utf8))
    }

    /// A random keyed hash in hexadecimal must practically never be refused.
    @Test func hexadecimalDigestsPass() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let digest = String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
            if digest.contains(where: \.isLetter) {
                #expect(!CardNumber.appears(in: digest.utf8), "\(digest)")
            }
        }
    }
}
