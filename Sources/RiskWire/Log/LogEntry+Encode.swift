internal import CProtobufC
internal import CStillwatchProtos
internal import RiskCore

extension MessageArena {
    /// An entry of the log. Times go as they are; a negative one comes back negative.
    func logEntry(_ entry: LogEntry) -> UnsafeMutablePointer<Stillwatch__V1__LogEntry> {
        let message = make(stillwatch__v1__log_entry__init)
        set(&message.pointee.has_commit_sequence, &message.pointee.commit_sequence, entry.commitSequence)
        set(
            &message.pointee.has_committed_at_ms, &message.pointee.committed_at_ms,
            UInt64(bitPattern: entry.committedAtMs))
        switch entry.content {
        case .sessionStarted(let start):
            message.pointee.entry_case = STILLWATCH__V1__LOG_ENTRY__ENTRY_SESSION_STARTED
            message.pointee.session_started = session(start)
        case .scored(let event, let answer):
            message.pointee.entry_case = STILLWATCH__V1__LOG_ENTRY__ENTRY_SCORED
            message.pointee.scored = scored(event, answer)
        case .observed(let event):
            message.pointee.entry_case = STILLWATCH__V1__LOG_ENTRY__ENTRY_OBSERVED
            message.pointee.observed = make(stillwatch__v1__observed_entry__init)
            message.pointee.observed.pointee.event = logged(event)
        case .labelled(let label):
            message.pointee.entry_case = STILLWATCH__V1__LOG_ENTRY__ENTRY_LABELLED
            message.pointee.labelled = labelled(label)
        }
        return message
    }

    private func session(_ start: SessionStart) -> UnsafeMutablePointer<Stillwatch__V1__SessionStarted> {
        let message = make(stillwatch__v1__session_started__init)
        message.pointee.version = text(start.version)
        set(&message.pointee.has_state_was_empty, &message.pointee.state_was_empty, start.stateWasEmpty ? 1 : 0)
        set(&message.pointee.has_account_capacity, &message.pointee.account_capacity, UInt64(start.accountCapacity))
        set(
            &message.pointee.has_identifier_capacity, &message.pointee.identifier_capacity,
            UInt64(start.identifierCapacity))
        return message
    }

    private func scored(
        _ event: AccountEvent, _ answer: LoggedAnswer?
    ) -> UnsafeMutablePointer<Stillwatch__V1__ScoredEntry> {
        let message = make(stillwatch__v1__scored_entry__init)
        message.pointee.event = logged(event)
        guard let answer else { return message }
        set(&message.pointee.has_margin, &message.pointee.margin, answer.margin)
        set(&message.pointee.has_probability, &message.pointee.probability, answer.probability)
        set(&message.pointee.has_decision, &message.pointee.decision.rawValue, UInt32(answer.decision.rawValue))
        set(&message.pointee.has_model_digest, &message.pointee.model_digest, bytes(answer.modelDigest))
        return message
    }

    private func logged(_ event: AccountEvent) -> UnsafeMutablePointer<Stillwatch__V1__LoggedEvent> {
        let message = make(stillwatch__v1__logged_event__init)
        message.pointee.event = EventTable.shared.make(event, in: self)
        set(&message.pointee.has_email_ref, &message.pointee.email_ref, event.emailReference.map { bytes($0.bytes) })
        set(&message.pointee.has_phone_ref, &message.pointee.phone_ref, event.phoneReference.map { bytes($0.bytes) })
        let keyed = EventTable.shared.serverKeyed(event)
        let classes = IdentifierClass.allCases.filter { keyed.contains(ServerKeyed($0)) }
        message.pointee.n_server_keyed = classes.count
        message.pointee.server_keyed = list(classes) { Stillwatch__V1__IdentifierClass(rawValue: UInt32($0.rawValue)) }
        if keyed.contains(.clientClaimed) {
            set(&message.pointee.has_client_claimed_server_keyed, &message.pointee.client_claimed_server_keyed, 1)
        }
        return message
    }

    private func labelled(_ label: Label) -> UnsafeMutablePointer<Stillwatch__V1__LabelledEntry> {
        precondition(label.account.namespace == .caller, "a label's account_ref is always the caller's own reference")
        let message = make(stillwatch__v1__labelled_entry__init)
        set(&message.pointee.has_account_ref, &message.pointee.account_ref, bytes(label.account.bytes))
        set(&message.pointee.has_verdict, &message.pointee.verdict.rawValue, UInt32(label.verdict.rawValue))
        message.pointee.source = text(label.source)
        if !label.reason.isEmpty { message.pointee.reason = text(label.reason) }
        set(
            &message.pointee.has_expires_at_ms, &message.pointee.expires_at_ms,
            label.expiresAtMs.map(UInt64.init(bitPattern:)))
        set(&message.pointee.has_known_at_ms, &message.pointee.known_at_ms, UInt64(bitPattern: label.knownAtMs))
        return message
    }
}
