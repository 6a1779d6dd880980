/// The version of this program.
public enum StillwatchVersion {
    /// As in CHANGELOG.md.
    public static let current = "0.17.0"
}
