// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What comes back from the platforms: receipts, tasks and link states. Also the heartbeat that goes to them.
extension BoothCore {
    mutating func apply(_ report: UplinkReport) {
        switch report {
        case .ready(let target, let request): effects.add(.fetch(request, for: target))
        case .sending(let target, let events):
            effects.add(.noteAttempt(events, by: target))
            for event in events { tell(walkTest?.step(sent: event, to: target, at: now.boot)) }
            note(.sent, of: events, by: target)
        case .returned(let target, let events):
            effects.add(.noteReturn(events, by: target))
            note(.returned, of: events, by: target)
        case .receipts(let target, let receipts): apply(receipts, from: target)
        case .link(let target, let state): apply(state, of: target)
        case .tasks(let target, let tasks, let cursor): apply(tasks, cursor: cursor, from: target)
        case .taskLink(let target, let state): applyTaskLink(state, of: target)
        }
    }

    private mutating func note(_ answer: IncidentRules.Answer, of events: [EventID], by target: TargetID) {
        record(events.map { rules.apply(answer, for: $0, from: target, at: now) })
    }

    /// A platform that does not answer is retried, and is no fault. A platform that refuses needs a technician, so it
    /// is a fault until it answers well.
    private mutating func apply(_ state: LinkState, of target: TargetID) {
        parts.note(state, of: target)
        log(.link(of: target, state))
        switch state {
        case .ok: record(rules.setFault(.link, of: .target(target), stands: false, at: now))
        case .retrying: break
        case .refused: record(rules.setFault(.link, of: .target(target), stands: true, at: now))
        }
    }

    // MARK: Receipts

    /// Applies the receipts of one answer.
    ///
    /// A receipt may hand its incident over. If the rules do not know that incident, the receipt waits for the journal
    /// to name it. Then receipt and handover are recorded in one entry.
    private mutating func apply(_ receipts: [Receipt], from target: TargetID) {
        var known: [Receipt] = []
        var handedOver: [EventID: EventID] = [:]
        for receipt in receipts {
            if receipt.result.handover != nil {
                guard let incident = rules.incident(of: receipt.id) else {
                    effects.add(.ask(.incidentOf(receipt, from: target)))
                    continue
                }
                handedOver[receipt.id] = incident
            }
            known.append(receipt)
        }
        if !known.isEmpty { apply(known, handingOver: handedOver, from: target) }
    }

    /// Records what receipts settle, and hands over the incidents whose rejections ask for it.
    ///
    /// - Parameter handovers: the incident to hand over, by the id of its receipt.
    mutating func apply(_ receipts: [Receipt], handingOver handovers: [EventID: EventID], from target: TargetID) {
        var decisions: [Decision] = []
        var settlements: [JournalEntry.Settlement] = []
        for receipt in receipts {
            let outcome: JournalEntry.Settlement.Outcome
            switch receipt.result {
            case .accepted(let ticket):
                let decision = rules.apply(.accepted(ticket: ticket), for: receipt.id, from: target, at: now)
                decisions.append(decision)
                if let entry = LogEntry.acceptance(of: receipt.id, in: decision, by: target, ticket: ticket) {
                    log(entry)
                }
                outcome = .accepted
            case .rejected(let reason):
                decisions.append(rules.apply(.rejected, for: receipt.id, from: target, at: now))
                let isHandedOver = handOver(handovers[receipt.id], as: receipt, by: target, &decisions)
                // If others took the incident, the event counts as answered. Otherwise it is set aside as rejected.
                outcome = isHandedOver ? .accepted : .rejected(reason: reason)
                if !isHandedOver { noteRejection(receipt, reason, by: target) }
            }
            settlements.append(.init(target: target, event: receipt.id, outcome: outcome))
        }
        record(decisions, settlements: settlements)
        for receipt in receipts { tell(walkTest?.step(receipt, from: target, at: now.boot)) }
    }

    /// An event is set aside. People hear of it, unless it only tells of earlier ones.
    private mutating func noteRejection(_ receipt: Receipt, _ reason: String, by target: TargetID) {
        log(.rejection(of: receipt, reason, by: target))
        if !rules.tellsOfRejections(receipt.id) { rejections.note(by: target) }
    }

    /// - Returns: whether the incident was handed over to others.
    private mutating func handOver(
        _ incident: EventID?, as receipt: Receipt, by target: TargetID, _ decisions: inout [Decision]
    ) -> Bool {
        guard let incident, let handover = receipt.result.handover else { return false }
        decisions.append(rules.reroute(incident, for: receipt.id, to: handover, by: target, at: now))
        return rules.hasHandedOver(incident, target)
    }

    // MARK: Tasks

    /// Starts to poll targets for tasks, unless they are polled already.
    mutating func startTasks() {
        for target in tasks.start() { effects.add(.startTasks(target, after: rules.memory.cursors[target])) }
    }

    /// Applies one answer of a target's task channel.
    ///
    /// Receipts are recorded first, so that they are kept before the cursor tells the platform that they were read.
    private mutating func apply(_ received: [ReceivedTask], cursor: String?, from target: TargetID) {
        var receipts: [Receipt] = []
        var tasks: [PlatformTask] = []
        for item in received {
            switch item {
            case .receipts(let some): receipts += some
            case .task(let task): tasks.append(task)
            }
        }
        // An event whose receipt is cut off stays queued and is sent again.
        if !receipts.isEmpty { apply(Array(receipts.prefix(ReceivedTask.mostReceipts)), from: target) }
        let decision = rules.apply(tasks, cursor: cursor, from: target, at: now)
        record(decision)
        effects.add(.afterRecording(.tasks(target, decision.outputs, events: decision.events.count)))
    }

    /// Logs a change of a task channel. Without the channel of the target with authority, no platform can close an
    /// incident. Other targets need no channel.
    private mutating func applyTaskLink(_ state: LinkState, of target: TargetID) {
        let before = tasks.note(state, of: target)
        let hasAuthority = configuration.targets.contains { $0.id == target && $0.hasAuthority }
        if let entry = LogEntry.taskLink(of: target, state, before: before, hasAuthority: hasAuthority) { log(entry) }
    }

    // MARK: Heartbeat

    mutating func sendStatus(to target: TargetID) {
        let id = rules.makeID(at: now)
        let event = CloudEvent(statusContent(), id: id, at: now, from: configuration.booth)
        effects.add(.sendStatus(id, body: event.json, to: target))
    }

    private func statusContent() -> StatusContent {
        let storage = parts.storage
        return StatusContent(
            uptimeSeconds: (now.boot - started).components.seconds, version: Product.version,
            configHash: configuration.hash,
            queue: Dictionary(uniqueKeysWithValues: storage.queues.map { ($0.target, $0.queued) }),
            rejected: Dictionary(uniqueKeysWithValues: storage.queues.map { ($0.target, $0.rejected) }),
            open: storage.open, faults: rules.standingFaults,
            storage: StatusContent.Storage(
                state: storage.storage.reply.rawValue, bytes: storage.bytes, limit: configuration.storageLimit,
                historyFrom: historyFrom, daysLeft: storage.daysLeft))
    }
}
