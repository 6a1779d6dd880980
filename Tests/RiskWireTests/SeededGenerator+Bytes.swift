import TestSupport

extension SeededGenerator {
    mutating func bytes(_ count: ClosedRange<Int>) -> [UInt8] {
        (0..<Int.random(in: count, using: &self)).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// Letters only, so that nothing passes for a card number.
    mutating func word(_ count: ClosedRange<Int> = 1...12) -> String {
        String((0..<Int.random(in: count, using: &self)).map { _ in "abcdeéfghi".randomElement(using: &self) ?? "a" })
    }
}
