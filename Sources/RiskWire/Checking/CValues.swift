internal import CProtobufC

/// Reading the values of C messages. All pointers come from an arena and are read before it begins anew.
extension ProtobufCBinaryData {
    /// A copy of the bytes.
    var array: [UInt8] { Array(UnsafeBufferPointer(start: data, count: data == nil ? 0 : len)) }
}

/// A text that ``MessageCheck`` has passed; empty if absent.
func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

/// A list of messages.
func elements<Message>(
    _ list: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int
) -> [UnsafeMutablePointer<Message>] {
    UnsafeBufferPointer(start: list, count: list == nil ? 0 : count).compactMap { $0 }
}

/// A list of texts.
func texts(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int) -> [String] {
    UnsafeBufferPointer(start: list, count: list == nil ? 0 : count).map { text($0) }
}

/// A value that is there only if its flag says so.
func present<Value>(_ isPresent: protobuf_c_boolean, _ value: Value) -> Value? { isPresent != 0 ? value : nil }
