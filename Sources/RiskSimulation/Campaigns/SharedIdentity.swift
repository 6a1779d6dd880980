internal import RiskCore

/// Puts identifiers that a campaign's accounts share over what they drew; ablations replace or remove them.
struct SharedIdentity {
    let identifiers: Identifiers
    let ablations: WorldParameters.Ablations
    let serial: UInt64

    /// A shared value, or, by ablation, a fresh one.
    func value(
        _ space: IdentifierSpace, _ owner: IdentifierOwner, _ index: Int, _ stream: inout RandomStream
    ) -> UInt64 {
        stream.chance(ablations.freshIdentifiers)
            ? identifiers.value(space, .account, serial)
            : identifiers.value(space, owner, UInt64(index))
    }

    /// A campaign's template families, as many as the ablation leaves.
    func families(
        _ owner: IdentifierOwner, first: Int, count: Int, top: Double, share: Float, spread: Double,
        _ stream: inout RandomStream
    ) -> TemplateUse {
        var use = TemplateUse()
        (use.share, use.spread) = (share, Float(spread))
        guard let factor = ablations.templateFamiliesFactor, !stream.chance(ablations.freshIdentifiers) else {
            use.first = serial
            return use
        }
        (use.kind, use.owner, use.first) = (.families, owner, UInt64(first) << 20)
        let families = max(1, Double(count) * factor)
        use.size = UInt32(families)
        use.topFamily = Float(count == 1 && factor > 1 ? 1 / factor : top / max(1, factor))
        return use
    }

    /// What ablations do to a whole account.
    func ablate(_ profile: inout AccountProfile, _ stream: inout RandomStream) {
        if ablations.jitterHours > 0 {
            profile.jitterHours = Int8((stream.uniform(-1, 1) * ablations.jitterHours).rounded())
        }
        for identifier in IdentifierClass.allCases {
            if ablations.freshClasses.contains(identifier) { profile.refresh(identifier, identifiers, serial) }
            if ablations.missingClasses.contains(identifier) { profile.remove(identifier) }
        }
        guard stream.chance(ablations.missingLinks) else { return }
        profile.tlsClient = 0
        profile.referral = 0
        profile.instrument = 0
        profile.organisation = 0
        let links: [OptionalField] = [
            .domain, .mailExchanger, .mask, .profileText, .prefix, .asn, .device, .claimedClient, .programme,
            .billingAddress, .template, .prefixes,
        ]
        for link in links { profile.absent |= link.bit }
    }
}

extension AccountProfile {
    /// Gives the account a value of its own in place of one that others may have.
    fileprivate mutating func refresh(_ identifier: IdentifierClass, _ identifiers: Identifiers, _ serial: UInt64) {
        func own(_ space: IdentifierSpace) -> UInt64 { identifiers.value(space, .account, serial, 0xF5) }
        switch identifier {
        case .device: device = own(.device)
        case .instrument: instrument = own(.instrument)
        case .billingAddr: billingAddress = own(.billingAddress)
        case .emailDomain: domain = own(.domain)
        case .emailMx: mailExchanger = own(.mailExchanger)
        case .emailMask: mask = own(.mask)
        case .profileTemplate: profileText = own(.profile)
        case .ipPrefix:
            network.owner = .account
            (network.first, network.size) = (UInt32(truncatingIfNeeded: serial), 1)
        case .tlsClient: tlsClient = own(.tlsClient)
        case .referral: if referral != 0 { referral = own(.referral) }
        case .issuerProgramme: if programme != 0 { programme = own(.programme) }
        case .template: template.isOwnWording = true
        case .prefix: template.spread = 1
        case .org: if organisation != 0 { organisation = own(.organisation) }
        case .asn, .email, .phone: break
        }
    }

    /// Takes an identifier out of everything the account sends.
    fileprivate mutating func remove(_ identifier: IdentifierClass) {
        switch identifier {
        case .device: device = 0
        case .instrument: instrument = 0
        case .billingAddr: billingAddress = 0
        case .emailDomain: domain = 0
        case .emailMx: mailExchanger = 0
        case .emailMask: mask = 0
        case .profileTemplate: profileText = 0
        case .ipPrefix: absent |= OptionalField.prefix.bit
        case .asn: absent |= OptionalField.asn.bit
        case .tlsClient: tlsClient = 0
        case .referral: referral = 0
        case .issuerProgramme: programme = 0
        case .template: template.hasReference = false
        case .prefix: absent |= OptionalField.prefixes.bit
        case .org: organisation = 0
        case .email, .phone: break
        }
    }
}
