/// What kernels read, in memory of their own that is aligned to 64 bytes. Nothing is written once it is shared.
final class KernelMemory: @unchecked Sendable {
    private var allocations: [UnsafeMutableRawPointer] = []

    /// A copy of an array, there until this object goes; of an empty one, room for nothing.
    func copy<Element: BitwiseCopyable>(_ array: [Element]) -> UnsafePointer<Element> {
        let byteCount = max(1, array.count) * MemoryLayout<Element>.stride
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: byteCount, alignment: max(64, MemoryLayout<Element>.alignment))
        allocations.append(memory)
        let elements = memory.bindMemory(to: Element.self, capacity: array.count)
        array.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { elements.initialize(from: first, count: array.count) }
        }
        return UnsafePointer(elements)
    }

    /// A copy of one value, there until this object goes.
    func copy<Element: BitwiseCopyable>(one value: Element) -> UnsafePointer<Element> { copy([value]) }

    /// A copy of an array with its count.
    func copyBuffer<Element: BitwiseCopyable>(_ array: [Element]) -> UnsafeBufferPointer<Element> {
        UnsafeBufferPointer(start: copy(array), count: array.count)
    }

    deinit {
        for memory in allocations { memory.deallocate() }
    }
}
