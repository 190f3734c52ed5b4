// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// How an entry enters the queues, and how queued events reach the targets.
extension JournalWriter {
    /// How long an entry that can be recorded again may wait before it is committed.
    private static let flushDelay = Duration.seconds(1)

    /// The most entries in memory while the disk fails; about 20 MB.
    static let mostPending = 10_000

    /// Queues the events of an entry and applies its settlements. The next commit writes it.
    func accept(_ entry: JournalEntry) {
        if entry.isTransient {
            // A closed incident gets no more entries, so nothing would remove it from `shown`.
            for incident in entry.incidents where incident.isOpen { shown[incident.id] = incident }
            return
        }
        for incident in entry.incidents { shown[incident.id] = nil }
        var item = PendingEntry(entry)
        for event in entry.events {
            for target in event.recipients where queues[target] != nil {
                queues[target]?.queued += 1
                item.deliveries.append(.init(event: event, target: target))
                if entry.tellsOfLoss { noteTold(target, by: event.id) }
            }
        }
        for settlement in entry.settlements { settle(settlement, in: &item) }
        if entry.memory != nil { supersedeMemory(by: &item) }
        if pending.isEmpty { flushAt = .now() + Self.flushDelay }
        pending.append(item)
        dropFromMemory()
    }

    /// The event reports the target's loss. Later losses belong to another report.
    private func noteTold(_ target: TargetID, by event: EventID) {
        if untold[target]?.opensGeneration == true { opening.insert(target, for: event) }
        // The event covers what was reported to the core, not what was lost after that.
        untold[target] = lostSinceReport.removeValue(forKey: target)
        reportedLosses.remove(target)
    }

    /// Notes that an event was given up after the core had been asked to report earlier losses.
    func noteLossSinceReport(
        of sequence: SequenceNumber, category: String, for target: TargetID, _ reason: Loss.Reason
    ) {
        guard reportedLosses.contains(target) else { return }
        let none = UntoldLoss(loss: Loss(reason: reason), opensGeneration: false)
        lostSinceReport[target, default: none].add(sequence, category: category)
    }

    /// Each memory is complete, so an older one that still waits is dropped. If the older one had to be written at
    /// once, so has this one.
    private func supersedeMemory(by item: inout PendingEntry) {
        guard let index = pending.lastIndex(where: { $0.entry.memory != nil }) else { return }
        pending[index].entry.memory = nil
        if !pending[index].entry.canBeToldAgain { item.entry.canBeToldAgain = false }
    }

    private func settle(_ settlement: JournalEntry.Settlement, in item: inout PendingEntry) {
        let (target, event) = (settlement.target, settlement.event)
        guard queues[target] != nil else { return }
        let wasHandedOut = queues[target]?.settle(event) == true
        care.answered.insert(target)
        // It was sent from memory and answered before it was written: write it together with its answer.
        for index in pending.indices {
            let row = pending[index].deliveries.firstIndex { $0.target == target && $0.event.id == event }
            guard let row else { continue }
            guard pending[index].deliveries[row].outcome == nil else { return }
            pending[index].deliveries[row].outcome = settlement.outcome
            return note(settlement)
        }
        guard wasHandedOut || isWaitingInFile(settlement, besides: item) else { return }
        item.settled.append(settlement)
        note(settlement)
    }

    private func note(_ settlement: JournalEntry.Settlement) {
        queues[settlement.target]?.queued -= 1
        if settlement.outcome.isRejection { queues[settlement.target]?.rejected += 1 }
    }

    /// Whether an event waits in the file but was not handed out since the start. A receipt that was promised before a
    /// restart settles such an event too.
    private func isWaitingInFile(_ settlement: JournalEntry.Settlement, besides item: PendingEntry) -> Bool {
        guard let queue = queues[settlement.target], queue.queued > 0, let number = queue.number else { return false }
        let isWaiting = read { store throws(SQLiteError) in try store.isWaiting(settlement.event, for: number) }
        // The file does not know yet of settlements that still wait to be written.
        let isSettled = { (item: PendingEntry) in
            item.settled.contains { $0.target == settlement.target && $0.event == settlement.event }
        }
        return isWaiting == true && !isSettled(item) && !pending.contains(where: isSettled)
    }

    /// When the disk fails for long and memory is full, drops one entry. Answered entries go first, then the least
    /// urgent and oldest, whose loss is reported. Help presses go last. Settlements are never dropped.
    private func dropFromMemory() {
        guard pending.count > Self.mostPending else { return }
        if let index = pending.firstIndex(where: { $0.isExpendable && $0.isAnswered }) ?? leastUrgent() {
            drop(pending.remove(at: index))
        }
    }

    private func leastUrgent() -> Int? {
        let least = pending.lazy.filter(\.isExpendable).map(\.priority).max()
        if let index = pending.firstIndex(where: { $0.isExpendable && $0.priority == least }) { return index }
        // Only presses and settlements are left: drop the oldest answered press, or else the oldest press.
        guard pending.count > 2 * Self.mostPending else { return nil }
        return pending.firstIndex { !$0.deliveries.isEmpty && $0.isAnswered }
            ?? pending.firstIndex { !$0.deliveries.isEmpty }
    }

    private func drop(_ dropped: PendingEntry) {
        givenUp += dropped.entry.events.count
        for delivery in dropped.deliveries where delivery.outcome == nil {
            queues[delivery.target]?.queued -= 1
            // A late receipt for it then finds nothing to settle, and the counts stay right.
            _ = queues[delivery.target]?.settle(delivery.event.id)
            let none = UntoldLoss(loss: Loss(reason: .memory), opensGeneration: false)
            guard let sequence = delivery.sequence else { continue }
            let category = delivery.event.event.lossCategory(of: delivery.event.type)
            untold[delivery.target, default: none].add(sequence, category: category)
            noteLossSinceReport(of: sequence, category: category, for: delivery.target, .memory)
        }
    }

    // MARK: Feeding the targets

    /// Gives each target the events that it asked for, if there are any.
    func serveTargets() {
        for target in setup.targets {
            guard let queue = queues[target], let request = queue.request, queue.queued > 0 else { continue }
            let waiting = nextDeliveries(
                of: queue, limit: request.limit, helpAfter: request.onlyHelpAfter, except: request.except)
            guard !waiting.isEmpty else { continue }
            let batch = waiting.compactMap { queues[target]?.handOut($0) }
            queues[target]?.request = nil
            report(.batch(target, number: request.number, batch))
        }
    }

    /// The head of a queue: events on disk and, while the disk fails, also events that are only in memory.
    func nextDeliveries(
        of queue: DeliveryQueue, limit: Int, helpAfter: EventID? = nil, except: Set<EventID> = []
    ) -> [JournalStore.Delivery] {
        let answered = answeredInMemory(of: queue.target)
        var waiting = stored(of: queue, limit: limit + answered.count + except.count, helpAfter: helpAfter)
        waiting.removeAll { answered.contains($0.event) || except.contains($0.event) }
        // An event may be in both, because a failed commit may have been written. Memory's copy is the one to send.
        if storage != .ok {
            let held = inMemory(of: queue.target, helpAfter: helpAfter, except: except)
            let ids = Set(held.map(\.event))
            waiting = waiting.filter { !ids.contains($0.event) } + held
        }
        waiting.sort { ($0.priority, $0.event) < ($1.priority, $1.event) }
        return Array(waiting.prefix(limit))
    }

    private func inMemory(
        of target: TargetID, helpAfter: EventID?, except: Set<EventID>
    ) -> [JournalStore.Delivery] {
        pending.flatMap(\.deliveries).compactMap { delivery in
            let event = delivery.event
            guard delivery.target == target, delivery.outcome == nil, let sequence = delivery.sequence,
                !except.contains(event.id)
            else { return nil }
            if let helpAfter, event.priority != .help || event.id <= helpAfter { return nil }
            return .init(
                event: event.id, sequence: sequence, priority: event.priority, type: event.type,
                incident: event.incident, json: event.event)
        }
    }

    private func stored(of queue: DeliveryQueue, limit: Int, helpAfter: EventID?) -> [JournalStore.Delivery] {
        guard let file, let number = queue.number else { return [] }
        do throws(SQLiteError) {
            return try file.store.queue(of: number, limit: limit, helpAfter: helpAfter)
        } catch {
            // A failed read does not mean an empty queue: it is a fault, and is retried.
            refuse(.database(error))
            return []
        }
    }

    /// Events whose answers are not in the file yet. After a turn there are some only while the disk fails.
    private func answeredInMemory(of target: TargetID) -> Set<EventID> {
        var answered: Set<EventID> = []
        for item in pending {
            for settlement in item.settled where settlement.target == target { answered.insert(settlement.event) }
            for delivery in item.deliveries where delivery.target == target && delivery.outcome != nil {
                answered.insert(delivery.event.id)
            }
        }
        return answered
    }
}
