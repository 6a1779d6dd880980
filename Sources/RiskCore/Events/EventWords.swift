/// A closed list of lower-case words that one field of the contract accepts.
///
/// The raw value is the word's index; the word itself is the case's name in snake case.
public protocol EventWord: RawRepresentable<Int>, CaseIterable, Sendable {}

extension EventWord {
    /// The word as the contract writes it, such as `self_serve`.
    public var word: String { snakeCase("\(self)") }

    /// All words, in the order of their indices.
    public static var words: [String] { allCases.map(\.word) }
}

/// What happened.
public enum EventType: Int, EventWord {
    case signup, payment, usage
}

/// What the provider has agreed with a customer.
public enum ContractClass: Int, EventWord {
    case selfServe, enterprise, authorisedReseller, researchPermit
}

/// What the caller will do with the answer.
public enum DecisionContext: Int, EventWord {
    case inform, gateSignup, gatePayment, gateUsage, reviewQueue
}

/// The route a sign-up took.
public enum SignupChannel: Int, EventWord {
    case selfServe, startupProgram, education, securityResearch, sso, marketplace, invited
}

/// The product surface an account uses.
public enum Pathway: Int, EventWord {
    case api, app, cloudMarketplace, aggregator
}

/// The kind of an e-mail domain.
public enum EmailDomainClass: Int, EventWord {
    case free, custom, corporate, edu, disposable, alias
}

/// The kind of a phone line.
public enum PhoneLineType: Int, EventWord {
    case mobile, landline, voip, virtual
}

/// The kind of a network address.
public enum IPType: Int, EventWord {
    case residential, mobile, hosting, corporate, education, proxy
}

/// What a device's integrity check found.
public enum DeviceIntegrity: Int, EventWord {
    case ok, emulator, headless, rooted, automation
}

/// What a customer said an account is for.
public enum DeclaredUse: Int, EventWord {
    case chat, coding, agents, data, research, evaluation, resale, other
}

/// The kind of a payment instrument.
public enum InstrumentKind: Int, EventWord {
    case card, invoice, wallet, bank, crypto, gift, none
}

/// How a card is funded.
public enum FundingType: Int, EventWord {
    case credit, debit, prepaid
}

/// The result of a payment check.
public enum CheckResult: Int, EventWord {
    case pass, fail, unavailable
}

/// Who counted a link.
public enum IntelSource: Int, EventWord {
    case caller, partner
}

/// `selfServe` → `self_serve`.
func snakeCase(_ name: String) -> String {
    var result = ""
    for character in name {
        if character.isUppercase { result += "_" }
        result += character.lowercased()
    }
    return result
}
