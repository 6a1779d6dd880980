extension ScoreAnswer {
    /// The most reasons of an answer that a customer may be told.
    public static let customerReasonLimit = 4

    /// Chooses what a customer may be told: of the reasons that raise the margin the largest that have words for it, no
    /// words twice, and at most ``customerReasonLimit``.
    ///
    /// - Parameter reasons: In the order of the answer, largest magnitude first.
    public static func choosingCustomerTexts(_ reasons: [Reason]) -> [Reason] {
        var chosen: [String] = []
        return reasons.map { reason in
            var reason = reason
            reason.customerText = nil
            if reason.contribution > 0, chosen.count < customerReasonLimit, let text = reason.code.customerText,
                !chosen.contains(text)
            {
                chosen.append(text)
                reason.customerText = text
            }
            return reason
        }
    }
}
