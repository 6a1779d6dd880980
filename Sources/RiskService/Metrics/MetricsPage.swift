internal import RiskCore
internal import RiskLinkage
internal import RiskModels

extension SharedServices {
    /// The metrics page.
    func metricsPage() -> String {
        var page = PrometheusText()
        writeRequests(to: &page)
        writeModels(to: &page)
        writeState(to: &page)
        writeEventLog(to: &page)
        return page.text
    }

    private func writeRequests(to page: inout PrometheusText) {
        page.metric("stillwatch_requests_total", "counter", "Requests by method and gRPC status code.")
        for (outcome, count) in metrics.requests.all where count > 0 {
            page.sample(
                "stillwatch_requests_total", [("method", outcome.method.word), ("code", "\(outcome.code)")], count)
        }
        page.histogram(
            "stillwatch_request_duration_seconds", "From a frame's arrival to its answer.", metrics.requestDuration)
        page.metric("stillwatch_decisions_total", "counter", "Scored events by decision.")
        for (decision, count) in metrics.decisions.all {
            page.sample("stillwatch_decisions_total", [("decision", decision.word)], count)
        }
        page.single(
            "stillwatch_repeated_requests_total", "counter", "Requests answered from the answers that are kept.",
            metrics.repeatedRequests.current)
        page.single(
            "stillwatch_forgotten_answers_total", "counter", "Kept answers dropped before their time, for room.",
            metrics.forgottenAnswers.current)
        page.single("stillwatch_connections", "gauge", "Open connections.", metrics.openConnections)
        page.single(
            "stillwatch_connections_refused_total", "counter", "Connections over the limit.",
            metrics.connectionsRefused.current)
        page.single(
            "stillwatch_broken_frames_total", "counter", "Connections closed for broken framing.",
            metrics.brokenFrames.current)
    }

    private func writeModels(to page: inout PrometheusText) {
        page.metric("stillwatch_model_info", "gauge", "1 for the active model's digest.")
        page.sample(
            "stillwatch_model_info", [("digest", hexadecimal(models.active.digest)), ("alias", models.active.alias)], 1)
        page.metric("stillwatch_model_swaps_total", "counter", "Models made active, by what asked for it.")
        for (trigger, count) in metrics.modelSwaps.all {
            page.sample("stillwatch_model_swaps_total", [("trigger", "\(trigger)")], count)
        }
        page.metric("stillwatch_model_refusals_total", "counter", "Refused model files, by code.")
        for (code, count) in metrics.modelRefusals.all {
            page.sample("stillwatch_model_refusals_total", [("code", code.rawValue)], count)
        }
        page.metric("stillwatch_policy_info", "gauge", "1 for the policy that decides, by who set it.")
        page.sample(
            "stillwatch_policy_info",
            [("source", models.active.policySource), ("version", "\(models.active.policyVersion)")], 1)
        page.single(
            "stillwatch_policy_refusals_total", "counter", "Times an operator's policy was refused.",
            metrics.policyRefusals.current)
        page.single(
            "stillwatch_model_persist_errors_total", "counter", "Promotions that a restart will not find.",
            metrics.modelPersistErrors.current)
    }

    private func writeEventLog(to page: inout PrometheusText) {
        let counters = commits.log.counters
        page.single("stillwatch_event_log_entries_total", "counter", "Entries written.", counters.entries)
        page.single("stillwatch_event_log_bytes_total", "counter", "Bytes written.", counters.bytes)
        page.single(
            "stillwatch_event_log_dropped_total", "counter", "Entries lost because the buffer was full.",
            counters.dropped)
        page.single("stillwatch_event_log_errors_total", "counter", "Failed writes and syncs.", counters.errors)
        page.single("stillwatch_event_log_rotations_total", "counter", "Segments begun.", counters.rotations)
        let footprint = commits.log.footprint
        page.single("stillwatch_event_log_segments", "gauge", "Files of the log.", footprint.segmentCount)
        page.single("stillwatch_event_log_file_bytes", "gauge", "Their bytes.", footprint.byteCount)
        page.single(
            "stillwatch_event_log_pruned_segments_total", "counter", "Segments removed because they were old.",
            counters.prunedSegments)
        page.single(
            "stillwatch_event_log_pruning_errors_total", "counter", "Failed tries to remove old segments.",
            counters.pruningErrors)
        page.single(
            "stillwatch_event_log_buffered_bytes", "gauge", "Bytes not written yet.", commits.log.bufferedByteCount)
        page.single(
            "stillwatch_event_log_failing", "gauge", "1 while the disk does not take entries.",
            commits.log.health == .healthy ? 0 : 1)
    }

    private func writeState(to page: inout PrometheusText) {
        let (counts, sequence) = commits.figures
        page.single("stillwatch_commit_sequence", "counter", "Last position in the commit order.", sequence)
        page.single("stillwatch_link_accounts", "gauge", "Accounts in the link state.", counts.accounts)
        page.single("stillwatch_link_identifiers", "gauge", "Identifiers in the link state.", counts.identifiers)
        page.single("stillwatch_link_clusters", "gauge", "Clusters of linked accounts.", counts.clusters)
        page.single("stillwatch_link_clustered_accounts", "gauge", "Accounts in a cluster.", counts.clusteredAccounts)
        page.single("stillwatch_link_evictions_total", "counter", "Entries forgotten for room.", counts.evictions)
        page.metric("stillwatch_identifiers_total", "counter", "Identifiers in events, by class and who made them.")
        for (identifierClass, count) in metrics.callerIdentifiers.all where count > 0 {
            page.sample(
                "stillwatch_identifiers_total", [("class", identifierClass.word), ("made_by", "caller")], count)
        }
        for (identifierClass, count) in metrics.serverIdentifiers.all where count > 0 {
            page.sample(
                "stillwatch_identifiers_total", [("class", identifierClass.word), ("made_by", "server")], count)
        }
        page.metric(
            "stillwatch_identifier_classes_mixed", "gauge", "1 for a class that comes both raw and from the caller.")
        for (identifierClass, count) in metrics.callerIdentifiers.all
        where count > 0 && metrics.serverIdentifiers[identifierClass].current > 0 {
            page.sample("stillwatch_identifier_classes_mixed", [("class", identifierClass.word)], 1)
        }
    }
}
