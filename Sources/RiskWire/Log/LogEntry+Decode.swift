internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

extension LogEntry {
    init(_ message: UnsafePointer<Stillwatch__V1__LogEntry>) throws(StatusError) {
        let entry = message.pointee
        do {
            self.init(
                commitSequence: entry.commit_sequence, committedAtMs: Int64(bitPattern: entry.committed_at_ms),
                content: try Content(entry))
        } catch {
            throw StatusError(error)
        }
    }
}

extension LogEntry.Content {
    fileprivate init(_ entry: Stillwatch__V1__LogEntry) throws(FieldError) {
        switch entry.entry_case {
        case STILLWATCH__V1__LOG_ENTRY__ENTRY_SESSION_STARTED:
            self = .sessionStarted(try SessionStart(entry.session_started))
        case STILLWATCH__V1__LOG_ENTRY__ENTRY_SCORED:
            let event = try loggedEvent(entry.scored.pointee.event)
            let isAnswered = entry.scored.pointee.has_model_digest != 0
            self = .scored(event, isAnswered ? try LoggedAnswer(entry.scored) : nil)
        case STILLWATCH__V1__LOG_ENTRY__ENTRY_OBSERVED:
            self = .observed(try loggedEvent(entry.observed.pointee.event))
        case STILLWATCH__V1__LOG_ENTRY__ENTRY_LABELLED:
            self = .labelled(try Label(entry.labelled))
        default:
            throw FieldError(
                .missing, path: "entry", expected: "one of session_started, scored, observed, labelled", found: "none")
        }
    }
}

extension SessionStart {
    fileprivate init(_ message: UnsafePointer<Stillwatch__V1__SessionStarted>) throws(FieldError) {
        let start = message.pointee
        func capacity(_ value: UInt64, _ path: String) throws(FieldError) -> Int {
            guard let capacity = Int(exactly: value) else {
                throw FieldError(.outOfRange, path: path, expected: "at most \(Int.max)", found: "\(value)")
            }
            return capacity
        }
        self.init(
            version: text(start.version), stateWasEmpty: start.state_was_empty != 0,
            accountCapacity: try capacity(start.account_capacity, "account_capacity"),
            identifierCapacity: try capacity(start.identifier_capacity, "identifier_capacity"))
    }
}

extension LoggedAnswer {
    fileprivate init(_ message: UnsafePointer<Stillwatch__V1__ScoredEntry>) throws(FieldError) {
        let entry = message.pointee
        guard let decision = Decision(rawValue: Int(entry.decision.rawValue)) else {
            throw FieldError(
                .unknownWord, path: "decision", expected: "a decision", found: "number \(entry.decision.rawValue)")
        }
        self.init(
            margin: entry.margin, probability: entry.probability, decision: decision,
            modelDigest: entry.model_digest.array)
    }
}

extension Label {
    fileprivate init(_ message: UnsafePointer<Stillwatch__V1__LabelledEntry>) throws(FieldError) {
        let entry = message.pointee
        guard let verdict = Verdict(rawValue: Int(entry.verdict.rawValue)) else {
            throw FieldError(
                .unknownWord, path: "verdict", expected: "a verdict", found: "number \(entry.verdict.rawValue)")
        }
        let account = entry.account_ref.array
        try checkLength(of: account, limit: Reference.maximumByteCount, path: "account_ref")
        self.init(
            account: Reference(account), verdict: verdict, source: text(entry.source), reason: text(entry.reason),
            knownAtMs: Int64(bitPattern: entry.known_at_ms),
            expiresAtMs: present(entry.has_expires_at_ms, entry.expires_at_ms).map(Int64.init(bitPattern:)))
    }
}

private func loggedEvent(_ message: UnsafePointer<Stillwatch__V1__LoggedEvent>?) throws(FieldError) -> AccountEvent {
    guard let logged = message?.pointee, let event = logged.event else {
        throw FieldError(.missing, path: "event", expected: "an event", found: "nothing")
    }
    guard event.pointee.raw == nil else {
        throw FieldError(.conflict, path: "event.raw", expected: "no raw identifiers in a log", found: "some")
    }
    var keyed: ServerKeyed = logged.client_claimed_server_keyed != 0 ? .clientClaimed : []
    for value in UnsafeBufferPointer(start: logged.server_keyed, count: logged.n_server_keyed) {
        guard let identifierClass = IdentifierClass(rawValue: Int(value.rawValue)) else {
            throw FieldError(
                .unknownWord, path: "server_keyed", expected: "identifier classes", found: "number \(value.rawValue)")
        }
        keyed.insert(ServerKeyed(identifierClass))
    }
    var builder = EventBuilder()
    try EventTable.shared.read(event, serverKeyed: keyed, into: &builder)
    if logged.has_email_ref != 0 { builder.setEmail(try keyedReference(logged.email_ref, path: "email_ref")) }
    if logged.has_phone_ref != 0 { builder.setPhone(try keyedReference(logged.phone_ref, path: "phone_ref")) }
    return try builder.build()
}

private func keyedReference(_ data: ProtobufCBinaryData, path: String) throws(FieldError) -> Reference {
    let bytes = data.array
    try checkLength(of: bytes, limit: Reference.maximumByteCount, path: path)
    return Reference(bytes, namespace: .serverKeyed)
}
