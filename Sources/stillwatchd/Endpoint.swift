import ArgumentParser

/// An address and a port, as `127.0.0.1:7443` or `[::1]:7443`.
struct Endpoint {
    let host: String
    let port: Int

    init(_ text: String, option: String) throws {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            colon > text.startIndex
        else {
            throw ValidationError("\(option): expected ADDRESS:PORT with a port from 0 to 65535, found \"\(text)\"")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.host = String(host)
        self.port = Int(port)
    }
}
