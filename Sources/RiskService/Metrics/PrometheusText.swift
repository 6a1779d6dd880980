/// Writes the text form of Prometheus, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    /// Starts a metric; its samples follow.
    mutating func metric(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    /// One sample. Label values are words of our own and need no escaping beyond what is done here.
    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: some CustomStringConvertible) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// A counter or gauge with one sample.
    mutating func single(_ name: String, _ kind: String, _ help: String, _ value: some CustomStringConvertible) {
        metric(name, kind, help)
        sample(name, [], value)
    }

    /// A histogram in seconds.
    mutating func histogram(_ name: String, _ help: String, _ histogram: LatencyHistogram) {
        metric(name, "histogram", help)
        let cumulative = histogram.cumulative
        for (bound, count) in cumulative {
            sample(name + "_bucket", [("le", bound == .infinity ? "+Inf" : "\(bound)")], count)
        }
        sample(name + "_sum", [], histogram.sumSeconds)
        sample(name + "_count", [], cumulative.last?.count ?? 0)
    }

    private func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
