internal import CProtobufC
internal import CStillwatchProtos
public import RiskModels

/// Writes and reads whole model files: ``ModelContainer`` around a `ModelDocument`.
public enum ModelFile {
    private static let schema = MessageSchema(stillwatch__v1__model_document__init)

    /// A file of a document. The same document gives the same bytes.
    ///
    /// The document is not checked: ``load(_:)`` what comes out before it goes anywhere.
    public static func encode(_ document: ModelDocument) -> [UInt8] {
        let arena = MessageArena()
        arena.beginBuilding()
        var payload: [UInt8] = []
        arena.pack(
            UnsafeRawPointer(arena.document(document)).assumingMemoryBound(to: ProtobufCMessage.self), to: &payload)
        return ModelContainer.seal(payload)
    }

    /// Checks a file from the outside in and gives the model.
    ///
    /// Container, digest, payload under a budget of memory, document, structure, directions, golden inputs to the bit.
    ///
    /// - Throws: ``ModelFileError`` for anything less than a sound file. A field this program does not know is a file of
    ///   a newer program; no golden inputs is no proof.
    public static func load(_ bytes: [UInt8]) throws(ModelFileError) -> LoadedModel {
        let (document, digest) = try decodeDocument(bytes)
        guard !document.goldenInputs.isEmpty else {
            throw ModelFileError(.invalid, "golden_inputs: expected at least 1, found none")
        }
        return try LoadedModel(document, digest: digest)
    }

    /// The content and digest of a file whose container and payload are sound; the document itself is not checked.
    public static func decodeDocument(
        _ bytes: [UInt8]
    ) throws(ModelFileError) -> (document: ModelDocument, digest: [UInt8]) {
        let (payload, digest) = try ModelContainer.open(bytes)
        let document = payload.withUnsafeBytes { bytes -> Result<ModelDocument, ModelFileError> in
            do throws(ModelFileError) { return .success(try decodePayload(bytes)) } catch { return .failure(error) }
        }
        return (try document.get(), digest)
    }

    private static func decodePayload(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) -> ModelDocument {
        let reader = MessageReader()
        do {
            try MessageCheck(bytes: bytes, unknownFields: .refuse).check(0..<bytes.count, schema)
        } catch {
            throw failure(error)
        }
        return try ModelDocument(unpack(bytes, by: reader))
    }

    private static func unpack(
        _ bytes: UnsafeRawBufferPointer, by reader: MessageReader
    ) throws(ModelFileError) -> UnsafeMutablePointer<Stillwatch__V1__ModelDocument> {
        let budget = min(MessageReader.budget(forByteCount: bytes.count), WireLimits.modelDecodingByteCount)
        do {
            return try reader.unpack(bytes, budget: budget, stillwatch__v1__model_document__unpack)
        } catch {
            throw ModelFileError(
                error.code == .resourceExhausted ? .tooLarge : .malformed, error.message,
                byteOffset: ModelContainer.headerByteCount)
        }
    }

    private static func failure(_ fault: WireFault) -> ModelFileError {
        switch fault.kind {
        case .unknownField:
            ModelFileError(
                .unsupportedVersion, "\(fault.path): this program knows no such field: a newer stillwatch wrote it")
        case .malformed(let found, let offset):
            ModelFileError(
                .malformed, "expected a protobuf message, found \(found)",
                byteOffset: ModelContainer.headerByteCount + offset)
        default:
            ModelFileError(.malformed, "\(fault.path): \(fault.status.message)")
        }
    }
}
