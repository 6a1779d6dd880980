import Foundation
import Testing

/// What `Tools/run` tells the service.
@Suite struct StoryTests {
    /// Every event of the story keeps to the contract, and every account's later events are known by their links.
    @Test func theServiceTakesEveryEventOfTheStory() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let told = try Executable.run(
            "/usr/bin/env", ["python3", root.appendingPathComponent("Tools/story").path])
        #expect(told.status == 0, "\(told.error)")
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let (requests, answers) = (service.folder.path("story.jsonl"), service.folder.path("answers.jsonl"))
        try Data(told.output.utf8).write(to: URL(fileURLWithPath: requests))
        try Executable.tool("score", "--requests", requests, "--server", "127.0.0.1:\(service.port)", "--out", answers)
        let lines = try String(contentsOfFile: answers, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == told.output.split(separator: "\n").count && lines.count > 100)
        let line = try #require(lines.last)
        let last = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        let links = try #require(last["links"] as? [[String: Any]])
        let shared = Dictionary(
            links.map { ($0["class"] as? String ?? "", $0["accounts"] as? Int ?? 0) }, uniquingKeysWith: max)
        #expect(last["account_ref"] as? String == "sibling-8")
        #expect(shared["template"] == 7 && shared["instrument"] == 2 && shared["device"] == 2)
        #expect(service.stop() == 0)
    }
}
