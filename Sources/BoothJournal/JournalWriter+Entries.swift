// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

// How an entry gets its place in the queues.
extension JournalWriter {
    /// How long a state that can be told again may wait for company.
    private static let flushDelay = Duration.seconds(1)

    /// Most entries that wait in memory while the disk refuses; some 20 MB.
    private static let mostPending = 10_000

    /// Numbers the entry's deliveries and settles what it says is answered; it is written with the next commit.
    func accept(_ entry: JournalEntry) {
        if entry.isTransient {
            // What is closed moves no more: nothing would ever take it out of here.
            for incident in entry.incidents where incident.isOpen { shown[incident.id] = incident }
            return
        }
        for incident in entry.incidents { shown[incident.id] = nil }
        var item = PendingEntry(entry)
        for event in entry.events {
            for target in event.recipients {
                guard let count = queues[target]?.takeCount() else { continue }
                queues[target]?.queued += 1
                item.deliveries.append(.init(event: event, target: target, count: count))
            }
        }
        for settlement in entry.settlements { settle(settlement, in: &item) }
        if entry.memory != nil { supersedeMemory(by: &item) }
        if pending.isEmpty { flushAt = .now() + Self.flushDelay }
        pending.append(item)
        makeRoom()
    }

    /// The memory is whole each time: an older one that still waits is not written. Where that could not wait, neither
    /// can this one.
    private func supersedeMemory(by item: inout PendingEntry) {
        guard let index = pending.lastIndex(where: { $0.entry.memory != nil }) else { return }
        pending[index].entry.memory = nil
        if !pending[index].entry.canBeToldAgain { item.entry.canBeToldAgain = false }
    }

    private func settle(_ settlement: JournalEntry.Settlement, in item: inout PendingEntry) {
        let target = settlement.target
        guard let number = queues[target]?.number,
            let settled = queues[target]?.settle(settlement.event)
                ?? waiting(settlement.event, for: target, besides: item)
        else { return }
        let (state, reason): (JournalStore.DeliveryState, String?) =
            switch settlement.outcome {
            case .accepted: (.accepted, nil)
            case .rejected(let reason): (.rejected, reason)
            }
        queues[target]?.queued -= 1
        if state == .rejected { queues[target]?.rejected += 1 }
        // Sent from memory and answered before it could be written: it is written as answered.
        for index in pending.indices {
            let row = pending[index].deliveries.firstIndex { $0.target == target && $0.count == settled.count }
            guard let row else { continue }
            pending[index].deliveries[row].state = state
            pending[index].deliveries[row].reason = reason
            return
        }
        item.settled.append(
            .init(
                target: number, event: settlement.event, priority: settled.priority, count: settled.count, state: state,
                reason: reason))
    }

    /// What is known of an event that waits in the file and was not handed out since the start: a receipt that was
    /// promised before a restart takes it out of the queue as well. Nil for one that is settled, or not the target's.
    private func waiting(
        _ event: EventID, for target: TargetID, besides item: PendingEntry
    ) -> DeliveryQueue.HandedOut? {
        guard let queue = queues[target], queue.queued > 0 else { return nil }
        let stored = read { store throws(SQLiteError) in try store.waiting(event, for: queue.number) } ?? nil
        guard let stored else { return nil }
        // The file does not know yet what was said just before.
        let isSettled = { (item: PendingEntry) in
            item.settled.contains { $0.target == queue.number && $0.event == event }
        }
        return isSettled(item) || pending.contains(where: isSettled) ? nil : stored
    }

    /// While the disk refuses for long, the least urgent and oldest go first, never a help press and never an answer.
    private func makeRoom() {
        guard pending.count > Self.mostPending else { return }
        let least = pending.lazy.filter(\.isExpendable).map(\.priority).max()
        guard let index = pending.firstIndex(where: { $0.isExpendable && $0.priority == least }) else { return }
        let dropped = pending.remove(at: index)
        givenUp += dropped.entry.events.count
        for delivery in dropped.deliveries where delivery.state == .queued {
            queues[delivery.target]?.queued -= 1
            // A receipt that still comes for it finds nothing to settle, and counts nothing twice.
            _ = queues[delivery.target]?.settle(delivery.event.id)
        }
    }

    // MARK: Feeding the targets

    /// Hands each target that asked what it asked for, if there is any.
    func serveTargets() {
        for target in targets {
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
        let answered = answeredInMemory(of: queue.number)
        var waiting = stored(of: queue, limit: limit + answered.count + except.count, helpAfter: helpAfter)
        waiting.removeAll { answered.contains($0.count) || except.contains($0.event) }
        for item in pending where storage != .ok {
            for delivery in item.deliveries where delivery.target == queue.target && delivery.state == .queued {
                if except.contains(delivery.event.id) { continue }
                if let helpAfter, delivery.event.priority != .help || delivery.event.id <= helpAfter { continue }
                waiting.append(
                    .init(
                        event: delivery.event.id, count: delivery.count, priority: delivery.event.priority,
                        json: delivery.event.event))
            }
        }
        waiting.sort { ($0.priority, $0.event) < ($1.priority, $1.event) }
        return Array(waiting.prefix(limit))
    }

    private func stored(of queue: DeliveryQueue, limit: Int, helpAfter: EventID?) -> [JournalStore.Delivery] {
        guard let store else { return [] }
        do throws(SQLiteError) {
            return try store.queue(of: queue.number, limit: limit, helpAfter: helpAfter)
        } catch {
            // What cannot be read is not nothing: it is a fault, and is tried again.
            refuse(error)
            return []
        }
    }

    /// Counts whose answers have not reached the file: any at all only while the disk refuses.
    private func answeredInMemory(of target: Int64) -> Set<Int64> {
        Set(pending.lazy.flatMap(\.settled).filter { $0.target == target }.map(\.count))
    }
}
