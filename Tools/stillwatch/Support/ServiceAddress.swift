import Foundation
import RiskClient

/// Connecting to the scoring service that a user names.
enum ServiceAddress {
    /// Connects to `ADDRESS:PORT`; an IPv6 address stands in brackets.
    static func connect(_ server: String) async throws -> ScoringClient {
        guard let colon = server.lastIndex(of: ":"), let port = UInt16(server[server.index(after: colon)...]) else {
            throw ToolError("--server: expected ADDRESS:PORT, found \"\(server)\"")
        }
        let host = server[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        do {
            return try await ScoringClient.connect(host: host, port: Int(port))
        } catch {
            throw ToolError("no service answers at \(server): \(error)")
        }
    }
}
