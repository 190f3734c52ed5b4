// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What receipts must lead to, and no receipts (docs/incidents.md, "Who is told, and what an answer is").
extension Foresight {
    /// So often an incident is handed over at most.
    static let mostHandovers = 4

    mutating func note(_ delivery: Delivery, of events: [EventID], by target: TargetID) {
        for event in events {
            guard let id = offers[event] else { continue }
            _ = stories[id]?.note(delivery, of: event, by: target)
        }
    }

    mutating func receive(_ receipts: [Receipt], from target: TargetID, at moment: Moment) {
        for receipt in receipts {
            guard let handover = receipt.result.classNamed else {
                settle(receipt, from: target, at: moment)
                continue
            }
            // Which incident it is about is asked first.
            guard let id = offers[receipt.id] else { continue }
            settle(receipt, from: target, at: moment)
            reroute(id, for: receipt.id, to: handover, by: target, at: moment.boot.nanoseconds)
        }
    }

    private mutating func settle(_ receipt: Receipt, from target: TargetID, at moment: Moment) {
        guard let id = offers[receipt.id], let story = stories[id] else { return }
        let isAccepted = if case .accepted = receipt.result { true } else { false }
        guard stories[id]?.note(isAccepted ? .accepted : .rejected, of: receipt.id, by: target) == true else { return }
        if isAccepted, story.state == .raised, story.isHeld(by: target) {
            accept(id, by: target, at: moment.boot.nanoseconds)
        }
        if story.category == .test, story.isTest { close(id) }
    }

    mutating func accept(_ id: EventID, by target: TargetID, at now: Int64) {
        stories[id]?.state = .accepted
        stories[id]?.acceptedAt = now
        set(.escalate(id), nil)
        guard let story = stories[id] else { return }
        scheduleReminder(of: story, at: now)
        tell(id, .accepted, except: target)
    }

    /// Whoever else has it must hear of it.
    mutating func tell(_ id: EventID, _ reason: UpdateReason, except teller: TargetID? = nil) {
        guard let story = stories[id], story.told.contains(where: { $0 != teller }) else { return }
        expect(.updated(id, reason))
    }

    mutating func close(_ id: EventID) {
        guard let story = stories[id] else { return }
        expect(.closed(id))
        if let device = story.device { faults.closed(device, id) }
        drop(id)
    }

    // MARK: From one platform to another

    /// A receipt said that others shall have it.
    mutating func reroute(
        _ id: EventID, for event: EventID, to incidentClass: IncidentClass, by giver: TargetID, at now: Int64
    ) {
        guard let story = stories[id], story.isHeld(by: giver),
            let offer = story.holders.first(where: { $0.target == giver })?.offer, event >= offer
        else { return }
        let takers = takers(of: incidentClass).filter { $0 != giver }
        if !takers.isEmpty, story.handovers < Self.mostHandovers {
            return handOver(id, to: incidentClass, takers, by: giver, isReceipt: true, at: now)
        }
        if !takers.isEmpty, story.holders.contains(where: \.isHandedOver) { dispute(id, by: giver) }
    }

    /// - Returns: why it stays, as `task.done` spells it.
    mutating func reroute(_ id: EventID, to incidentClass: IncidentClass, by giver: TargetID, at now: Int64) -> String?
    {
        guard let story = stories[id] else { return "no-such-incident" }
        guard story.incidentClass != incidentClass else { return nil }
        let takers = takers(of: incidentClass)
        guard !takers.isEmpty else { return "no-target" }
        guard story.handovers < Self.mostHandovers else { return "bounced" }
        handOver(id, to: incidentClass, takers, by: giver, isReceipt: false, at: now)
        return nil
    }

    private mutating func handOver(
        _ id: EventID, to incidentClass: IncidentClass, _ takers: [TargetID], by giver: TargetID, isReceipt: Bool,
        at now: Int64
    ) {
        guard var story = stories[id] else { return }
        let before = story.told
        story.incidentClass = incidentClass
        story.handovers += 1
        for index in story.holders.indices where !takers.contains(story.holders[index].target) {
            story.holders[index].isHandedOver = true
        }
        let new = takers.filter { taker in
            !story.holders.contains { $0.target == taker && !$0.isHandedOver && $0.delivery == .accepted }
        }
        if new.count == takers.count {
            story.state = .raised
            story.acceptedAt = nil
            story.handed = now
            (story.escalations, story.reminders) = (0, 0)
            set(.remind(id), nil)
            if !story.isTest, let first = configuration.rules.escalate.first {
                set(.escalate(id), now + first.nanoseconds)
            }
            // From now on its answer clock is of this boot.
            story.isOfOtherBoot = false
        }
        for target in new { story.offer(to: target) }
        stories[id] = story
        offered[id] = new
        let told = before.filter { $0 != giver && !takers.contains($0) } + takers
        if told.contains(where: { $0 != giver || new.contains($0) }) { expect(.updated(id, .reclassified)) }
    }

    /// Nobody wants it: everybody who ever had it is told.
    private mutating func dispute(_ id: EventID, by giver: TargetID) {
        guard var story = stories[id] else { return }
        for index in story.holders.indices { story.holders[index].isHandedOver = false }
        if story.state == .raised { story.escalations = max(1, story.escalations) }
        stories[id] = story
        tell(id, .escalated, except: giver)
    }

    // MARK: No answer

    mutating func escalate(_ id: EventID, at now: Int64) {
        guard var story = stories[id], story.state == .raised, !story.isTest, !story.isOfOtherBoot,
            let began = story.handed ?? story.opened
        else { return }
        let steps = configuration.rules.escalate.map(\.nanoseconds)
        let age = now - began
        let passed = steps.prefix { $0 <= age }.count
        let new = passed == 0 ? [] : backups(of: story.incidentClass).filter { !story.told.contains($0) }
        if passed > story.escalations || !new.isEmpty {
            story.escalations = max(passed, story.escalations)
            for target in new { story.offer(to: target) }
            stories[id] = story
            offered[id] = new
            if !story.told.isEmpty {
                expect(.updated(id, .escalated))
                self.steps[id] = story.escalations
            }
        }
        if passed < steps.count { set(.escalate(id), now + steps[passed] - age) }
    }

    // MARK: No end

    private func waitsSince(_ story: Story) -> Int64? {
        guard story.category == .mail, let collected = story.restoredAt else { return story.acceptedAt }
        return story.acceptedAt.map { max($0, collected) }
    }

    private func wait(for story: Story) -> Int64? {
        guard story.state != .raised, !story.isTest, story.reminders < 20 else { return nil }
        let waits = configuration.rules.remind
        guard waits.indices.contains(story.priority.rawValue - 1), let first = waits[story.priority.rawValue - 1] else {
            return nil
        }
        return first.nanoseconds << story.reminders
    }

    mutating func scheduleReminder(of story: Story, at now: Int64) {
        guard !story.isOfOtherBoot, let wait = wait(for: story), let since = waitsSince(story) else { return }
        set(.remind(story.id), max(now, since + wait))
    }

    mutating func remind(_ id: EventID, at now: Int64) {
        guard var story = stories[id], !story.isOfOtherBoot, let since = waitsSince(story) else { return }
        let before = story.reminders
        while let wait = wait(for: story), since + wait <= now { story.reminders += 1 }
        stories[id] = story
        if story.reminders > before, !story.told.isEmpty {
            expect(.updated(id, .escalated))
            steps[id] = story.reminders
        }
        scheduleReminder(of: story, at: now)
    }
}

extension Story {
    /// It is offered to another target, by an event that is not known yet.
    mutating func offer(to target: TargetID) {
        if let index = holders.firstIndex(where: { $0.target == target }) {
            holders[index].isHandedOver = false
            holders[index].delivery = .queued
        } else {
            holders.append(Holder(target: target, offer: opening, delivery: .queued))
        }
    }
}

extension Receipt.Result {
    /// The class that the receipt hands its incident to.
    var classNamed: IncidentClass? {
        guard case .rejected(let reason) = self, reason.hasPrefix("reroute:") else { return nil }
        return IncidentClass(rawValue: String(reason.dropFirst(8)))
    }
}
