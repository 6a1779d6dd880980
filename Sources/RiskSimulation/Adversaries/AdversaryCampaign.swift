/// One adversary's accounts, planned as a whole.
struct AdversaryCampaign: PlannedPopulation {
    let kind: Adversary
    let plan: CampaignPlan
    let foundShare: Double
    let world: WorldParameters
    /// Its accounts that are not the flood around them.
    let memberCount: Int

    init(_ kind: Adversary, _ world: WorldParameters) {
        self.kind = kind
        self.world = world
        foundShare = 1 - world.labels.missedCampaignShare
        memberCount = kind.accounts(scale: world.scale)
        var planner = AdversaryPlanner(
            kind: kind, count: memberCount,
            stream: RandomStream(seed: mixed(mixed(world.seed, 0xAD5E), UInt64(kind.number))))
        plan = planner.plan()
    }

    func membership(of account: PlannedAccount) -> Membership {
        if kind == .hubHiding, account.cohort == 1 {
            // It does nothing but stand in the way: found or not, no exchange is saved by it.
            return Membership(kind: .backgroundAbuse, campaign: "", segment: "a6_flood")
        }
        return Membership(
            kind: .campaign, campaign: kind.name, segment: "own", tallyIndex: ReproductionTally.row(kind))
    }

    func profile(
        of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw, _ stream: inout RandomStream
    ) -> AccountProfile {
        var dress = AdversaryDress(
            kind: kind, account: account, members: memberCount, scale: world.scale, draw: draw,
            shared: SharedIdentity(identifiers: draw.identifiers, ablations: world.ablations, serial: serial),
            stream: stream)
        var profile = dress.profile()
        dress.shared.ablate(&profile, &dress.stream)
        stream = dress.stream
        return profile
    }

    func turn(
        _ profile: inout AccountProfile, of account: PlannedAccount, serial: UInt64, _ draw: ProfileDraw,
        _ stream: inout RandomStream
    ) {
        var dress = AdversaryDress(
            kind: kind, account: account, members: memberCount, scale: world.scale, draw: draw,
            shared: SharedIdentity(identifiers: draw.identifiers, ablations: world.ablations, serial: serial),
            stream: stream)
        dress.turn(&profile)
        stream = dress.stream
    }
}
