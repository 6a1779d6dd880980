internal import Glibc
internal import RiskCore

/// The network prefix that an IP address belongs to: /24 for IPv4, /48 for IPv6.
enum NetworkPrefix {
    /// One byte for the family, then the prefix: 4 and 3 bytes, or 6 and 6 bytes.
    ///
    /// An IPv4 address inside IPv6 (`::ffff:192.0.2.1`) counts as IPv4: sockets that listen on both show it so.
    static func normalise(_ text: String) throws(FieldError) -> [UInt8] {
        let trimmed = trim(text)
        var v4 = in_addr()
        if inet_pton(AF_INET, trimmed, &v4) == 1 {
            return [4] + bytes(of: v4).prefix(3)
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, trimmed, &v6) == 1 else {
            throw .malformed(.ip, expected: "an IPv4 address like 192.0.2.1 or an IPv6 address like 2001:db8::1", text)
        }
        let address = bytes(of: v6)
        let isMapped = address[..<10].allSatisfy { $0 == 0 } && address[10] == 0xff && address[11] == 0xff
        return isMapped ? [4] + address[12..<15] : [6] + address.prefix(6)
    }

    /// The address is in network order in memory.
    private static func bytes(of address: some Any) -> [UInt8] {
        withUnsafeBytes(of: address) { Array($0) }
    }
}
