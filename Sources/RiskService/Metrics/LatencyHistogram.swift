internal import Synchronization

/// Durations in buckets whose bounds double, from 1 µs to about 1 s, in Prometheus' cumulative form.
final class LatencyHistogram: Sendable {
    static let bucketCount = 21
    private let buckets: [Counter] = (0...bucketCount).map { _ in Counter() }
    private let sumNs = Counter()

    func record(ns: UInt64) {
        // Bucket b holds durations up to 2^b µs: the smallest b with 2^b × 1000 ≥ ns.
        let microseconds = (ns + 999) / 1000
        let bucket = microseconds <= 1 ? 0 : 64 - (microseconds - 1).leadingZeroBitCount
        buckets[min(bucket, Self.bucketCount)].add()
        sumNs.add(ns)
    }

    /// Cumulative counts by upper bound in seconds; the last bound is infinite.
    var cumulative: [(bound: Double, count: UInt64)] {
        var total: UInt64 = 0
        return buckets.enumerated().map { index, bucket in
            total += bucket.current
            return (index == Self.bucketCount ? .infinity : Double(1 << index) / 1e6, total)
        }
    }

    var sumSeconds: Double { Double(sumNs.current) / 1e9 }
}
