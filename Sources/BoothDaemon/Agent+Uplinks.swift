// SPDX-License-Identifier: Apache-2.0
import BoothIncidents
import BoothJournal
import BoothModel
import BoothUplink

// What comes back from the platforms, and the heartbeat that goes to them.
extension Agent {
    func take(_ report: UplinkReport) {
        switch report {
        case .ready(let target, let request): journal.fetch(request, for: target)
        case .sending(let target, let events):
            journal.noteAttempt(of: events, by: target)
            tellTest(sent: events, to: target)
            note(.sent, of: events, by: target)
        case .returned(let target, let events):
            journal.noteReturn(of: events, by: target)
            note(.returned, of: events, by: target)
        case .receipts(let target, let receipts): settle(receipts, from: target)
        case .link(let target, let state): take(state, of: target)
        case .tasks(let target, let tasks, let cursor): take(tasks, cursor: cursor, from: target)
        case .taskLink(let target, let state): takeTaskLink(state, of: target)
        }
    }

    private func note(_ answer: IncidentRules.Answer, of events: [EventID], by target: TargetID) {
        let now = clock.now()
        record(events.map { rules.take(answer, for: $0, from: target, at: now) })
    }

    /// Records what an answer settles, and with it the handing over of the incidents that its rejections ask for.
    ///
    /// - Parameter handovers: the incidents of those receipts.
    func settle(_ receipts: [Receipt], handingOver handovers: [EventID: EventID], from target: TargetID) {
        let now = clock.now()
        var decisions: [Decision] = []
        var settlements: [JournalEntry.Settlement] = []
        for receipt in receipts {
            switch receipt.result {
            case .accepted(let ticket):
                let decision = rules.take(.accepted(ticket: ticket), for: receipt.id, from: target, at: now)
                decisions.append(decision)
                logAcceptance(of: decision, event: receipt.id, by: target, ticket: ticket)
                settlements.append(.init(target: target, event: receipt.id, outcome: .accepted))
            case .rejected(let reason):
                decisions.append(rules.take(.rejected, for: receipt.id, from: target, at: now))
                var isHandedOver = false
                if let incident = handovers[receipt.id], let handover = receipt.result.handover {
                    decisions.append(rules.reroute(incident, for: receipt.id, to: handover, by: target, at: now))
                    isHandedOver = rules.hasHandedOver(incident, target)
                }
                // What went to others is answered; only what nobody takes is set aside.
                settlements.append(
                    .init(
                        target: target, event: receipt.id,
                        outcome: isHandedOver ? .accepted : .rejected(reason: reason)))
                if !isHandedOver { logRejection(of: receipt, reason, by: target) }
            }
        }
        record(decisions, settlements: settlements)
        tellTest(receipts, from: target)
    }

    private func logRejection(of receipt: Receipt, _ reason: String, by target: TargetID) {
        log(
            .error, .eventRejected,
            Message(
                zh: "\(target) 拒收事件 \(receipt.id)：\(reason)", en: "\(target) rejected event \(receipt.id): \(reason)"),
            [.target: target.rawValue, .event: "\(receipt.id)"])
    }

    /// A platform away is waited for; one that is wrong needs somebody, and is a fault until it answers well.
    private func take(_ state: LinkState, of target: TargetID) {
        links[target] = state
        let now = clock.now()
        switch state {
        case .ok:
            log(
                .notice, .linkWell, Message(zh: "\(target)：正常", en: "\(target): ok"), [.target: target.rawValue])
            record(rules.take(fault: .link, of: .target(target), stands: false, at: now))
        case .retrying(let cause):
            log(
                .warning, .linkRetrying, Message(zh: "\(target)：\(cause.zh)", en: "\(target): \(cause.en)"),
                [.target: target.rawValue])
        case .refused(let cause):
            log(
                .error, .linkRefused, Message(zh: "\(target)：\(cause.zh)", en: "\(target): \(cause.en)"),
                [.target: target.rawValue])
            record(rules.take(fault: .link, of: .target(target), stands: true, at: now))
        }
    }

    // MARK: Heartbeat

    /// Longest wait before a target's first heartbeat, so that booths that start together do not call together.
    private static let heartbeatSpread = Duration.seconds(3)

    func scheduleFirstHeartbeats() {
        for target in configuration.targets {
            let wait = Int64.random(in: 0...Self.heartbeatSpread.nanoseconds)
            heartbeats[target.id] = .now() + .nanoseconds(wait)
        }
    }

    func sendHeartbeats(at time: BootTime) {
        for target in configuration.targets {
            guard let due = heartbeats[target.id], due <= time else { continue }
            heartbeats[target.id] = time + target.heartbeat
            let now = clock.now()
            let id = rules.makeID(at: now)
            let event = CloudEvent(statusContent(at: now), id: id, at: now, from: configuration.booth)
            uplinks[target.id]?.order(.status(id, body: event.json))
        }
    }

    private func statusContent(at moment: Moment) -> StatusContent {
        StatusContent(
            uptimeSeconds: (moment.boot - started).components.seconds, version: Product.version,
            configHash: configuration.hash,
            queue: Dictionary(uniqueKeysWithValues: storage.queues.map { ($0.target, $0.queued) }),
            rejected: Dictionary(uniqueKeysWithValues: storage.queues.map { ($0.target, $0.rejected) }),
            open: storage.open, faults: rules.standingFaults, storage: storageContent)
    }
}
