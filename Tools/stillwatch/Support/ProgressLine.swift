import Foundation

/// Says on standard error how far something is, once it has taken two seconds and then every two seconds.
final class ProgressLine {
    private var lastTold = Date()

    /// Tells if it is time to.
    ///
    /// - Parameters:
    ///   - phase: What is being done.
    ///   - fraction: How far, 0 to 1.
    func tell(_ phase: String, _ fraction: Double) {
        guard Date().timeIntervalSince(lastTold) >= 2 else { return }
        lastTold = Date()
        standardError("\(phase): \(Int(fraction * 100)) %")
    }
}

/// Writes a line to standard error.
func standardError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
