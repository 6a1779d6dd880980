/// A whole number kept in 32 bits: what is remembered millions of times should be small.
@propertyWrapper
struct Compact: Sendable {
    private var stored: Int32

    init(wrappedValue: Int) {
        stored = Int32(wrappedValue)
    }

    var wrappedValue: Int {
        get { Int(stored) }
        set { stored = Int32(newValue) }
    }
}
