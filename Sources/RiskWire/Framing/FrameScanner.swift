/// Finds frames in a stream of bytes: one flag byte, the payload's length as four big-endian bytes, the payload.
public enum FrameScanner {
    /// What the bytes so far are.
    public enum Outcome: Sendable, Equatable {
        /// Not a whole frame yet: at least this many bytes are needed from the frame's start on.
        case incomplete(neededByteCount: Int)
        /// A whole frame. `payload` counts from the start of the scanned bytes.
        case frame(payload: Range<Int>, frameByteCount: Int)
        /// No frame can start like this: answer with the status, then close.
        case broken(StatusError)
    }

    /// Looks for a frame at the start of `bytes`. O(1): the payload is not read.
    ///
    /// A frame is refused as soon as its flag byte or its length shows it, before memory is taken for the payload.
    ///
    /// - Parameter payloadByteLimit: The largest payload that is accepted.
    public static func scan(_ bytes: UnsafeRawBufferPointer, payloadByteLimit: Int) -> Outcome {
        guard let flag = bytes.first else { return .incomplete(neededByteCount: WireLimits.frameHeaderByteCount) }
        guard flag == 0 else { return .broken(refusal(ofFlag: flag)) }
        guard bytes.count >= WireLimits.frameHeaderByteCount else {
            return .incomplete(neededByteCount: WireLimits.frameHeaderByteCount)
        }
        let announced = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        guard announced <= payloadByteLimit else {
            return .broken(
                StatusError(
                    .resourceExhausted, reason: "FRAME_TOO_LARGE",
                    message: "expected a payload of at most \(payloadByteLimit) bytes, found one of \(announced)"))
        }
        let frameByteCount = WireLimits.frameHeaderByteCount + announced
        guard bytes.count >= frameByteCount else { return .incomplete(neededByteCount: frameByteCount) }
        return .frame(payload: WireLimits.frameHeaderByteCount..<frameByteCount, frameByteCount: frameByteCount)
    }

    private static func refusal(ofFlag flag: UInt8) -> StatusError {
        // What gRPC answers to a compression that a server does not read.
        flag == 1
            ? StatusError(
                .unimplemented, reason: "FRAME_COMPRESSED",
                message: "expected flag byte 0, found 1: compressed frames are not read")
            : StatusError(
                .invalidArgument, reason: "FRAME_BAD_FLAG", message: "expected flag byte 0, found \(flag)")
    }
}
