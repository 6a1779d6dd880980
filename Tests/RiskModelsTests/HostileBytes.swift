import RiskModels
import RiskWire
import Testing

/// Loads a document's file with bytes changed, taken out and put in: it is refused, or has golden inputs that hold.
///
/// - Parameter bits: What is flipped in a byte, besides setting it to anything.
func expectNoHarm(ofHostileBytesOf document: ModelDocument, seeds: Range<UInt64>, flipping bits: UInt8) throws {
    let payload = Array(try ModelContainer.open(ModelFile.encode(document)).payload)
    for seed in seeds {
        var random = RandomTrees(seed: seed)
        var hostile = payload
        for _ in 0...random.int(0...2) {
            let index = random.int(0...hostile.count - 1)
            switch random.int(0...3) {
            case 0: hostile[index] = UInt8(random.int(0...255))
            case 1: hostile.removeSubrange(index..<min(hostile.count - 1, index + random.int(0...9)))
            case 2: hostile.insert(contentsOf: (0..<9).map { _ in UInt8(random.int(0...255)) }, at: index)
            default: hostile[index] ^= bits
            }
        }
        if let model = try? ModelFile.load(ModelContainer.seal(hostile)) {
            #expect(!model.document.goldenInputs.isEmpty, "seed \(seed)")
        }
    }
}
