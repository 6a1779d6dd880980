extension FeatureCatalogue {
    /// A plan up to this price, US dollars a month, is a consumer's.
    static let consumerPlanUsd = 50.0
    /// Accounts that ordinarily share one instrument under a contract.
    static let contractAccountsPerInstrument = 1000.0

    /// The payment family.
    static let payment: [Feature] = instrument + history

    private static let instrument: [Feature] = [
        Feature(
            "payment.accounts_per_allowed", version: 2, .raises, .paySharedAcrossOrgs, skewed: true, link: .instrument,
            "accounts that came to the instrument in 30 days, against what the customer's contract makes ordinary"
        ) { observation in
            guard let instrument = observation.facts(.instrument) else { return .nan }
            let contract = observation.flag(
                .contractClass, isOneOf: ContractClass.enterprise, .authorisedReseller, .researchPermit)
            return min(instrument.arrivals30d, IdentifierClass.instrument.saturationCount)
                / (contract == 1 ? contractAccountsPerInstrument : 1)
        },
        Feature(
            "payment.instrument_domains", .raises, .paySharedAcrossOrgs, skewed: true, link: .instrument,
            reading: .facts(.emailDomain),
            "other e-mail domains on the instrument"
        ) { observation in
            observation.facts(.instrument).map { min($0.companions, IdentifierClass.instrument.saturationCount) }
                ?? .nan
        },
        Feature("payment.is_prepaid", version: 2, .raises, .payInstrumentRisk, "1 if the card is prepaid") {
            $0.flag(.fundingType, isOneOf: FundingType.prepaid)
        },
        Feature("payment.is_untraceable", version: 2, .raises, .payInstrumentRisk, "1 if a gift card or cryptocurrency")
        {
            $0.flag(.instrumentKind, isOneOf: InstrumentKind.gift, .crypto)
        },
        Feature("payment.is_invoice", version: 2, .lowers, .trustContract, "1 if paid by invoice") {
            $0.flag(.instrumentKind, isOneOf: InstrumentKind.invoice)
        },
        Feature(
            "payment.virtual_consumer_fresh", version: 2, .raises, .payInstrumentRisk,
            "1 if a virtual card on a consumer's plan with a fresh e-mail domain"
        ) { observation in
            let price = observation.number(.planPriceUsdMonth)
            let consumer = price.isNaN ? Double.nan : price <= consumerPlanUsd ? 1 : 0
            return both(both(observation.number(.isVirtualCard), consumer), isFreshDomain(observation))
        },
        Feature(
            "payment.issuer_mismatches", version: 2, .raises, .payInstrumentRisk,
            "issuer differs from billing, address: 0 to 2"
        ) {
            countOfPresent(1 - $0.number(.issuerMatchesBilling), 1 - $0.number(.issuerMatchesIp))
        },
        Feature(
            "payment.check_failures", version: 2, .raises, .payFailures, "failed address, code and 3-D checks, 0 to 3"
        ) {
            countOfPresent(
                $0.flag(.avsResult, isOneOf: CheckResult.fail), $0.flag(.cvcResult, isOneOf: CheckResult.fail),
                $0.flag(.threeDsResult, isOneOf: CheckResult.fail))
        },
    ]

    private static let history: [Feature] = [
        Feature("payment.declines_24h", version: 2, .raises, .payFailures, skewed: true, "declined charges in 24 hours")
        {
            $0.number(.declines24h)
        },
        Feature(
            "payment.instruments_30d", version: 2, .raises, .payInstrumentRisk, skewed: true, "instruments in 30 days"
        ) {
            $0.number(.distinctInstruments30d)
        },
        Feature(
            "payment.from_signup_s", version: 2, .free, .signupPatternRepeat, skewed: true,
            "sign-up to payment, seconds"
        ) {
            $0.number(.signupToPaymentS)
        },
        Feature(
            "payment.disputes_refunds_90d", version: 2, .raises, .payFailures, skewed: true,
            "disputes and refunds in 90 days"
        ) {
            countOfPresent($0.number(.disputes90d), $0.number(.refunds90d))
        },
        Feature(
            "payment.paid_usd_30d", version: 2, .lowers, .trustTenure, skewed: true,
            "paid in 30 days, undisputed, US dollars"
        ) {
            let disputes = $0.number(.disputes90d)
            return disputes > 0 ? 0 : $0.number(.paidUsd30d)
        },
        Feature(
            "payment.promo_share", version: 2, .raises, .signupPatternRepeat,
            "promotional credit's share of what was spent"
        ) {
            let promo = $0.number(.promoCreditUsd)
            let paid = $0.number(.paidUsd30d)
            return promo + paid > 0 ? promo / (promo + paid) : promo + paid == 0 ? 0 : .nan
        },
        Feature(
            "payment.topup_cadence_cv", version: 2, .free, .payUsageExceedsPlan,
            "variation of the times between top-ups"
        ) {
            $0.number(.topupCadenceCv)
        },
    ]
}
