import Foundation
import RiskModels
import Testing

/// An importer has to refuse what it is given, and say so.
///
/// - Parameters:
///   - message: What the refusal says, or a part of it.
///   - change: What is wrong with the file.
func expectImportRefusal(
    _ message: String, of change: String, by importing: () throws(ImportError) -> ModelDocument
) {
    do throws(ImportError) {
        _ = try importing()
        Issue.record("\(change) was taken over")
    } catch {
        #expect(error.description.contains(message), "\(change): \(error)")
    }
}

extension String {
    /// The text of a fixture with the first of some words replaced; they have to be there.
    func changed(_ old: String, to new: String) throws -> String {
        let range = try #require(self.range(of: old), "\(old) is not in the fixture")
        return replacingCharacters(in: range, with: new)
    }
}
