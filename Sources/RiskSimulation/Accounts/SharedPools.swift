/// What strangers share: the world's address ranges, mail domains, card programmes, clients and public prompts.
///
/// Pools that grow with the number of customers scale, so that a small world is a sample of a large one; those that are
/// hubs for everybody do not.
struct SharedPools: Sendable {
    /// Prefixes of homes; exits of residential proxies are homes too.
    let homes: Int
    let mobilePrefixes: Int
    let hostingPrefixes: Int
    let vpnPrefixes: Int
    let corporatePrefixes: Int
    let campusPrefixes: Int
    let universities: Int
    let employers: Int
    let freeMail = ZipfTable(count: 14, exponent: 1.3)
    let mailHosts = ZipfTable(count: 24, exponent: 1.2)
    let aliasServices = ZipfTable(count: 7, exponent: 1)
    let disposableDomains = ZipfTable(count: 160, exponent: 0.8)
    let masks = ZipfTable(count: 2_500, exponent: 1.05)
    let profiles = ZipfTable(count: 300, exponent: 1)
    let programmes = ZipfTable(count: 350, exponent: 0.9)
    let virtualProgrammes = ZipfTable(count: 24, exponent: 0.9)
    let operators = ZipfTable(count: 400, exponent: 1)
    let hosts = ZipfTable(count: 30, exponent: 1)
    let agents = ZipfTable(count: 12, exponent: 1)
    let prompts = ZipfTable(count: 500, exponent: 1)
    let otherClients = ZipfTable(count: 60, exponent: 1)

    init(scale: Double) {
        func pool(_ count: Double) -> Int { max(4, Int(count * scale)) }
        homes = pool(160_000)
        mobilePrefixes = pool(2_500)
        hostingPrefixes = pool(9_000)
        vpnPrefixes = pool(900)
        corporatePrefixes = pool(14_000)
        campusPrefixes = pool(2_500)
        universities = pool(1_800)
        employers = pool(12_000)
    }

    /// The owner and number of prefixes of a kind of network, in the order of the contract's words.
    func range(kind: Int) -> (owner: IdentifierOwner, size: Int) {
        switch kind {
        case 0: (.world, homes)
        case 1: (.mobile, mobilePrefixes)
        case 2: (.hosting, hostingPrefixes)
        case 3: (.corporate, corporatePrefixes)
        case 4: (.campus, campusPrefixes)
        default: (.vpn, vpnPrefixes)
        }
    }

    /// The autonomous system of a prefix, by the prefix's own hash.
    func asn(owner: IdentifierOwner, prefix: UInt64) -> (owner: IdentifierOwner, index: Int) {
        let unit = unitHash(prefix ^ 0xA5)
        return switch owner {
        case .hosting, .vpn: (.hosting, hosts.rank(unit))
        case .corporate: unit < 0.3 ? (.corporate, Int(prefix % 4_000)) : (.world, operators.rank(unitHash(prefix)))
        case .campus, .organisation: (.campus, Int(prefix % 700))
        default: (.world, operators.rank(unit))
        }
    }
}
