/// How accounts of one kind are distributed: what an account draws once, when it is made.
///
/// The defaults are those of an ordinary individual. Every kind, honest or not, starts from them and says only what
/// differs. Weights stand in the order of the words of the contract.
struct Persona: Sendable {
    // Sign-up
    var channel = [0.93, 0.004, 0.02, 0.001, 0.003, 0.012, 0.03]
    var pathway = [0.5, 0.44, 0.04, 0.02]
    var verification = [0.22, 0.45, 0.22, 0.08, 0.03, 0, 0]
    var verificationAttempts = 0.25
    var evidence = 0.6
    var email = [0.77, 0.09, 0.05, 0.045, 0.015, 0.03]
    var customDomainAgeDays = 700.0
    var phoneLine = [0.85, 0.05, 0.08, 0.02]
    var network = [0.70, 0.13, 0.05, 0.06, 0.03, 0.03]
    /// Raises the proxy confidence of addresses that do not look like proxies.
    var proxySuspicion = 0.04
    var geoMismatch = [0.05, 0.05, 0.06, 0.05]
    var deviceIntegrity = [0.95, 0.01, 0.01, 0.02, 0.01]
    /// Browser, official SDKs, official agent, other tools.
    var client = [0.45, 0.3, 0.15, 0.1]
    var clientLagDays = 14.0
    /// Probability that the TLS fingerprint is not what the claimed client has.
    var clientMismatch = 0.03
    var formFillMs = 28_000.0
    var instantForm = 0.04
    var captchaFails = 0.18
    var referral = 0.06
    var declaredUse = [0.34, 0.24, 0.08, 0.1, 0.06, 0.02, 0.01, 0.15]
    var credit = 0.35
    var creditUsd = 5.0
    var profileHub = 0.45

    // Payment
    var pays = 0.35
    var paymentDelayHours = 20.0
    var instantPayment = 0.15
    var instrument = [0.84, 0.0, 0.1, 0.04, 0.005, 0.015, 0]
    var funding = [0.42, 0.46, 0.12]
    var virtualCard = 0.07
    var issuerMismatch = 0.05
    var addressCheck = [0.68, 0.06, 0.26]
    var codeCheck = [0.9, 0.03, 0.07]
    var threeDs = [0.45, 0.03, 0.52]
    var declines = 0.12
    var instruments = 0.06
    var disputes = 0.01
    /// Monthly price: none (as used), 20, 100, 200.
    var plan = [0.5, 0.38, 0.08, 0.04]
    /// Probability that a household's other account has the same card.
    var sharedCard = 0.02

    // Life
    var lifeDaysMedian = 20.0
    var lifeDaysSigma = 1.3
    var oneDay = 0.15
    var daysPerWeek = 2.5
    var weekendFactor = 0.8

    // Usage
    var requestsMedian = 12.0
    var requestsP95 = 120.0
    var rhythm = Rhythm.person
    /// Probability of ``Rhythm/continuous`` instead.
    var continuous = 0.02
    /// Hours of an active day.
    var dayLengthHours = 3.0
    var tokensIn = 1_500.0
    var tokensOut = 450.0
    var utilisation = 0.25
    var rampDays = 4.0
    var intervalVariation = 2.2
    var addresses = 0.25
    var clients = 0.15
    var rate429 = 0.002
    var rate403 = 0.0005
    var retryElsewhere = 0.002
    /// Median days until a new model is the default, and the share from then on.
    var switchDays = 8.0
    var switchShare = 0.8
    var launchDaySwitch = 0.08
    var capability = [5.0, 3, 1.2, 3, 0.5, 0.1, 0.1, 0.6, 0.8, 0.1, 0.05, 0.8]
    /// How alike two accounts' capabilities are; large is alike.
    var capabilityFocus = 3.0
    /// Own template, public prompt, public agent.
    var template = [0.5, 0.42, 0.08]
    var templateShare = 0.10
    var cotRate = 0.01
    var gradingRate = 0.005
    var injectedShare = 0.01
    var fullHistoryShare = 0.05
    var cacheRatio = 0.3
    var metadataMissing = 0.15
    var replays = 0.0
    /// Probability that an account looks at reasoning as a matter of course: audit, research.
    var explains = 0.02
    var endUsers = 0.03
    var endUsersMedian = 20.0
    var languages = 1.3
}

/// How requests lie within a day.
enum Rhythm: UInt8, Sendable {
    /// Some hours of a person's day.
    case person
    /// Office hours.
    case office
    /// All hours.
    case continuous
    /// Lessons, the same for all of a laboratory.
    case lessons
    /// Two hours of each night.
    case nightly
    /// A campaign's job queue: the same hours for all.
    case jobQueue
    /// A campaign's demand, the same for all, mixed with the account's own.
    case pooled
}
