/// The rhythms of a group of accounts, summed up: whole numbers, so that what was added can be taken back exactly.
///
/// A member whose rhythm changes is taken out with the vector that was put in, and put in anew. 224 bytes.
struct RhythmSum: Sendable {
    private var sums = InlineArray<52, Int32>(repeating: 0)
    private var squares = 0
    /// Members.
    private(set) var count = 0

    /// Nobody.
    init() {}

    /// Puts a member in; at most 16 million members.
    mutating func add(_ vector: RhythmVector) {
        for index in sums.indices { sums[index] += Int32(vector[index]) }
        squares += vector.dot(vector)
        count += 1
    }

    /// Takes a member out, by the vector that was put in.
    mutating func remove(_ vector: RhythmVector) {
        for index in sums.indices { sums[index] -= Int32(vector[index]) }
        squares -= vector.dot(vector)
        count -= 1
    }

    /// Takes another group in.
    mutating func add(_ other: RhythmSum) {
        for index in sums.indices { sums[index] += other.sums[index] }
        squares += other.squares
        count += other.count
    }

    /// The mean similarity of two members, about −1 to 1; nil for fewer than two.
    ///
    /// - Parameter own: A member to leave out; nil: none.
    func synchrony(leavingOut own: RhythmVector?) -> Double? {
        var others = self
        if let own { others.remove(own) }
        guard others.count > 1 else { return nil }
        var square = 0
        for index in others.sums.indices { square += Int(others.sums[index]) * Int(others.sums[index]) }
        let pairs = Double(others.count) * Double(others.count - 1)
        return Double(square - others.squares) / pairs / (RhythmVector.length * RhythmVector.length)
    }

    /// The similarity of a vector to the mean of the members, −1 to 1; nil without members or without any direction.
    ///
    /// - Parameters:
    ///   - vector: The vector.
    ///   - isMember: Whether it is in the sum and has to be left out.
    func similarity(to vector: RhythmVector, isMember: Bool) -> Double? {
        var others = self
        if isMember { others.remove(vector) }
        guard others.count > 0 else { return nil }
        var (product, square) = (0, 0)
        for index in others.sums.indices {
            product += Int(others.sums[index]) * vector[index]
            square += Int(others.sums[index]) * Int(others.sums[index])
        }
        let lengths = (Double(square) * Double(vector.dot(vector))).squareRoot()
        return lengths > 0 ? Double(product) / lengths : nil
    }
}
