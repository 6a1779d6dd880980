internal import RiskWire

/// What stands behind a listener: turns a frame's payload into a framed reply.
///
/// A peer belongs to one event loop and is called on it only.
protocol FramePeer: AnyObject, SendableMetatype {
    /// Serves a payload. Either appends one framed reply to `output`, or returns true and later calls the closure that
    /// `makeLater` made with one framed reply, from any thread.
    func serve(
        _ payload: UnsafeRawBufferPointer, arrivedNs: UInt64, output: inout [UInt8],
        makeLater: () -> @Sendable ([UInt8]) -> Void
    ) -> Bool

    /// A framed last word to a peer whose bytes cannot be understood any more.
    func lastWord(_ error: StatusError) -> [UInt8]
}
