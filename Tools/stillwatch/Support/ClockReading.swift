import Foundation

/// What one of the system's clocks says.
enum ClockReading {
    /// Nanoseconds on a clock, such as `CLOCK_MONOTONIC` or one of the processor's own.
    static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
