internal import RiskCore

extension EventDraft {
    /// List prices in dollars a token, in and out.
    private static let tokenUsd = (in: 3e-6, out: 15e-6)

    mutating func setPayment(_ state: AccountState, requests30d: Int) throws(FieldError) {
        try set(.instrumentRef, reference: profile.instrument)
        try set(.instrumentKind, word: profile.instrumentKind)
        try set(.fundingType, word: profile.funding)
        try builder.set(.isVirtualCard, flag: profile.isVirtualCard)
        if sends(.programme) { try set(.issuerProgrammeRef, reference: profile.programme) }
        if sends(.issuerMatch) {
            try builder.set(.issuerMatchesBilling, flag: profile.issuerMatchesBilling)
            try builder.set(.issuerMatchesIp, flag: profile.issuerMatchesNetwork)
        }
        if sends(.addressCheck) { try set(.avsResult, word: profile.addressCheck) }
        try set(.cvcResult, word: profile.codeCheck)
        try set(.threeDsResult, word: profile.threeDs)
        // Declines belong to the day a card is tried, later ones are rare.
        let isAttached = state.hasPaid
        try set(.declines24h, whole: isAttached ? noise.poisson(0.01) : Int(profile.declines))
        try set(.distinctInstruments30d, whole: Int(profile.instruments))
        if sends(.billingAddress) { try set(.billingAddrRef, reference: profile.billingAddress) }
        try set(.signupToPaymentS, whole: Int(max(0, profile.paymentDelayMs) / 1000))
        if sends(.disputes) {
            let months = isAttached ? min(3, Double(timeMs - state.signupMs) / Double(30 * WorldCalendar.dayMs)) : 0
            // The account's own luck, so that a dispute stays once it is there.
            let level = unitHash(profile.account ^ 0xD15)
            try set(.disputes90d, whole: level < Double(profile.disputes) * months ? 1 : 0)
            try set(.refunds90d, whole: unitHash(profile.account ^ 0x2EF) < 0.02 * months ? 1 : 0)
        }
        let perRequest = Double(profile.tokensIn) * Self.tokenUsd.in + Double(profile.tokensOut) * Self.tokenUsd.out
        let used = perRequest * Double(requests30d)
        let paid = profile.planUsd > 0 ? Double(profile.planUsd) : max(0, used - Double(profile.creditUsd))
        try set(.paidUsd30d, isAttached ? paid : Double(profile.planUsd), decimals: 100)
        try set(.planPriceUsdMonth, Double(profile.planUsd), decimals: 100)
        if timeMs - state.signupMs > 14 * WorldCalendar.dayMs, sends(.topUp) {
            try set(.topupCadenceCv, Double(profile.topUpVariation), decimals: 100)
        }
    }
}
