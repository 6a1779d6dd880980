internal import Foundation

/// `Tests/Fixtures`: small files that other programs made.
public enum Fixtures {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    /// Where a fixture or a folder of them is, such as `xgboost/words.json`.
    public static func path(_ name: String) -> String { folder.appending(path: name).path }

    /// A fixture as text; a missing one is an error.
    public static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }
}
