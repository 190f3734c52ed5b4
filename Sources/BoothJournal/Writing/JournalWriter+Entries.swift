// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// How an entry gets its place in the queues, and how the queues reach the targets.
extension JournalWriter {
    /// How long a state that can be told again may wait for company.
    private static let flushDelay = Duration.seconds(1)

    /// Most entries that wait in memory while the disk refuses; some 20 MB.
    static let mostPending = 10_000

    /// Queues the entry's events and settles what it says is answered; it is written with the next commit.
    func accept(_ entry: JournalEntry) {
        if entry.isTransient {
            // What is closed moves no more: nothing would ever take it out of here.
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

    /// The event tells the target of what it lost; what is lost from now on is another loss.
    private func noteTold(_ target: TargetID, by event: EventID) {
        if untold[target]?.opensGeneration == true { opening.insert(target, for: event) }
        // The event says what was reported, and not what went since.
        untold[target] = lostSinceReport.removeValue(forKey: target)
        reportedLosses.remove(target)
    }

    /// Notes that an event for a target was given up after the core had been asked to tell of others.
    func noteLossSinceReport(
        of sequence: SequenceNumber, category: String, for target: TargetID, _ reason: Loss.Reason
    ) {
        guard reportedLosses.contains(target) else { return }
        let none = UntoldLoss(loss: Loss(reason: reason), opensGeneration: false)
        lostSinceReport[target, default: none].add(sequence, category: category)
    }

    /// The memory is whole each time: an older one that still waits is not written. Where that could not wait, neither
    /// can this one.
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
        // Sent from memory and answered before it could be written: it is written as answered.
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

    /// Whether an event waits in the file and was not handed out since the start: a receipt that was promised before a
    /// restart takes it out of the queue as well.
    private func isWaitingInFile(_ settlement: JournalEntry.Settlement, besides item: PendingEntry) -> Bool {
        guard let queue = queues[settlement.target], queue.queued > 0, let number = queue.number else { return false }
        let isWaiting = read { store throws(SQLiteError) in try store.isWaiting(settlement.event, for: number) }
        // The file does not know yet what was said just before.
        let isSettled = { (item: PendingEntry) in
            item.settled.contains { $0.target == settlement.target && $0.event == settlement.event }
        }
        return isWaiting == true && !isSettled(item) && !pending.contains(where: isSettled)
    }

    /// While the disk refuses for long, what is answered goes first; then the least urgent and oldest, which is told as a
    /// loss. A help press goes last of all, and an answer never.
    private func dropFromMemory() {
        guard pending.count > Self.mostPending else { return }
        if let index = pending.firstIndex(where: { $0.isExpendable && $0.isAnswered }) ?? leastUrgent() {
            drop(pending.remove(at: index))
        }
    }

    private func leastUrgent() -> Int? {
        let least = pending.lazy.filter(\.isExpendable).map(\.priority).max()
        if let index = pending.firstIndex(where: { $0.isExpendable && $0.priority == least }) { return index }
        // Nothing but presses and answers: the oldest press that somebody has answered for, then the oldest.
        guard pending.count > 2 * Self.mostPending else { return nil }
        return pending.firstIndex { !$0.deliveries.isEmpty && $0.isAnswered }
            ?? pending.firstIndex { !$0.deliveries.isEmpty }
    }

    private func drop(_ dropped: PendingEntry) {
        givenUp += dropped.entry.events.count
        for delivery in dropped.deliveries where delivery.outcome == nil {
            queues[delivery.target]?.queued -= 1
            // A receipt that still comes for it finds nothing to settle, and counts nothing twice.
            _ = queues[delivery.target]?.settle(delivery.event.id)
            let none = UntoldLoss(loss: Loss(reason: .memory), opensGeneration: false)
            guard let sequence = delivery.sequence else { continue }
            let category = delivery.event.event.lossCategory(of: delivery.event.type)
            untold[delivery.target, default: none].add(sequence, category: category)
            noteLossSinceReport(of: sequence, category: category, for: delivery.target, .memory)
        }
    }

    // MARK: Feeding the targets

    /// Hands each target that asked what it asked for, if there is any.
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

    /// The head of a queue: what is on disk and, while the disk refuses, what is only in memory.
    func nextDeliveries(
        of queue: DeliveryQueue, limit: Int, helpAfter: EventID? = nil, except: Set<EventID> = []
    ) -> [JournalStore.Delivery] {
        let answered = answeredInMemory(of: queue.target)
        var waiting = stored(of: queue, limit: limit + answered.count + except.count, helpAfter: helpAfter)
        waiting.removeAll { answered.contains($0.event) || except.contains($0.event) }
        // A commit that failed may have arrived: what memory holds is what is sent.
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
            // What cannot be read is not nothing: it is a fault, and is tried again.
            refuse(.database(error))
            return []
        }
    }

    /// Events whose answers have not reached the file: any at all only while the disk refuses.
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
