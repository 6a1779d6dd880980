internal import CProtobufC

/// Building C messages. The budget is the caller's affair here: what is encoded was made by this program.
extension MessageArena {
    /// Forgets the message before and allows one of any size.
    func beginBuilding() { begin(budget: .max) }

    /// A message with all its fields absent.
    func make<Message>(_ initialise: (UnsafeMutablePointer<Message>?) -> Void) -> UnsafeMutablePointer<Message> {
        let message = memory(of: Message.self, count: 1)
        initialise(message)
        return message
    }

    /// A copy of bytes.
    func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        let copy = memory(of: UInt8.self, count: bytes.count)
        copy.initialize(from: bytes, count: bytes.count)
        return ProtobufCBinaryData(len: bytes.count, data: copy)
    }

    /// A copy of a text from outside, ending in NUL.
    ///
    /// - Throws: ``StatusError`` if it has NUL inside, where C would cut it.
    func checkedText(_ text: String, path: String) throws(StatusError) -> UnsafeMutablePointer<CChar> {
        guard !text.utf8.contains(0) else {
            throw StatusError(
                .invalidArgument, reason: "FIELD_NOT_TEXT", message: "expected text without NUL, found a NUL byte",
                path: path)
        }
        return self.text(text)
    }

    /// A copy of a text that has no NUL inside, ending in NUL.
    func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        var text = text
        return text.withUTF8 { utf8 in
            precondition(!utf8.contains(0), "a text of \(utf8.count) bytes has NUL inside")
            let copy = memory(of: CChar.self, count: utf8.count + 1)
            for (index, byte) in utf8.enumerated() { copy[index] = CChar(bitPattern: byte) }
            copy[utf8.count] = 0
            return copy
        }
    }

    /// A list of what `element` makes of each item; nil for an empty one.
    func list<Item, Element>(
        _ items: some Collection<Item>, _ element: (Item) -> Element
    ) -> UnsafeMutablePointer<Element>? {
        guard !items.isEmpty else { return nil }
        let list = memory(of: Element.self, count: items.count)
        for (index, item) in items.enumerated() { (list + index).initialize(to: element(item)) }
        return list
    }

    /// Appends a message's encoding.
    func pack(_ message: UnsafePointer<ProtobufCMessage>, to output: inout [UInt8]) {
        let byteCount = protobuf_c_message_get_packed_size(message)
        let packed = memory(of: UInt8.self, count: byteCount)
        let written = protobuf_c_message_pack(message, packed)
        precondition(written == byteCount, "protobuf-c announced \(byteCount) bytes and wrote \(written)")
        output.append(contentsOf: UnsafeBufferPointer(start: packed, count: byteCount))
    }

    private func memory<Element>(of type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
        guard let memory = take(MemoryLayout<Element>.stride * count) else {
            preconditionFailure("an arena without a budget refused \(count) of \(type)")
        }
        return memory.bindMemory(to: type, capacity: count)
    }
}
