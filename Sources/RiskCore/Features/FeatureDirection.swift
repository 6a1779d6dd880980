/// Which way a feature may push the margin. The raw value is the wire's number.
public enum FeatureDirection: Int, Sendable, CaseIterable {
    /// Either way.
    case free = 1
    /// More never lowers the risk, and present never scores below absent.
    case raises
    /// More never raises the risk, and present never scores above absent.
    case lowers
}
