import Testing

@testable import RiskService

@Suite struct MetricsTests {
    @Test(arguments: [
        (0, 0), (1, 0), (1000, 0), (1001, 1), (2000, 1), (2001, 2), (4000, 2), (1_000_000, 10), (1_048_576_000, 20),
        (1_048_576_001, 21), (UInt64.max / 2, 21),
    ])
    func durationsLandInTheSmallestBucketThatHoldsThem(ns: UInt64, bucket: Int) {
        let histogram = LatencyHistogram()
        histogram.record(ns: ns)
        let cumulative = histogram.cumulative
        #expect(cumulative.firstIndex { $0.count == 1 } == bucket)
        #expect(cumulative.last?.count == 1)
        #expect(bucket == LatencyHistogram.bucketCount || Double(ns) / 1e9 <= cumulative[bucket].bound + 1e-12)
    }

    @Test func labelValuesAreEscaped() {
        var page = PrometheusText()
        page.metric("m", "gauge", "A metric.")
        page.sample("m", [("alias", "a\"b\\c\nd")], 1)
        #expect(page.text == "# HELP m A metric.\n# TYPE m gauge\nm{alias=\"a\\\"b\\\\c\\nd\"} 1\n")
    }
}
