// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// One transaction and one sync for whatever waits, and what follows from a disk that refuses.
extension JournalWriter {
    private static let retryDelay = Duration.seconds(1)
    private static let mostRetryDelay = Duration.seconds(60)

    /// What must be on disk goes there at once. The rest waits for company, but not for a reader to miss it.
    func isDue(hasQueries: Bool) -> Bool {
        let now = BootTime.now()
        if let retryAt { return retryAt <= now }
        guard !pending.isEmpty else { return false }
        let hasHungry = queues.values.contains { $0.request != nil && $0.queued > 0 }
        return hasQueries || hasHungry || pending.contains { !$0.entry.canBeToldAgain } || (flushAt ?? now) <= now
    }

    /// Writes what waits. Where no file is open, one is opened first, and this is called again.
    func write() {
        guard let file else { return startOpening() }
        do throws(SQLiteError) {
            do throws(SQLiteError) {
                try commit(to: file.store)
            } catch {
                guard error.isFull, try makeRoom(in: file) else { throw error }
                try commit(to: file.store)
            }
            if hasDoubtfulTallies { try recount(in: file.store) }
            noteWritten()
            recover()
        } catch {
            refuse(.database(error))
        }
    }

    private func commit(to store: JournalStore) throws(SQLiteError) {
        guard let generation else { throw JournalStore.unknownQueue }
        let counts = queues.mapValues(\.lastCount)
        // What came since the disk refused may have none yet. Without one it would be recorded and wait for nobody.
        let numbered = numberPending()
        let isSynced = isNumberedFromMemory || pending.contains { !$0.entry.canBeToldAgain || !$0.entry.events.isEmpty }
        do throws(SQLiteError) {
            try store.transaction(synced: isSynced) { () throws(SQLiteError) in
                try store.write(pending) { queues[$0]?.number }
                for queue in queues.values where queue.lastCount != written[queue.target] {
                    if let number = queue.number { try store.setLastCount(queue.lastCount, of: number) }
                }
                if isNumberedFromMemory { try store.setGeneration(generation) }
                for target in setup.targets where untold[target] != writtenUntold[target] {
                    try store.setUntold(untold[target], of: target)
                }
            }
        } catch {
            // Nobody has seen these numbers: they are given again, or others are.
            forget(numbered, since: counts)
            throw error
        }
        written = queues.mapValues(\.lastCount)
        writtenUntold = untold
        isNumberedFromMemory = false
    }

    /// Gives every event that has none its place in the sequence of each of its targets.
    ///
    /// - Returns: the places in `pending` of those that got one.
    @discardableResult
    func numberPending() -> [(entry: Int, row: Int)] {
        guard let generation else { return [] }
        var numbered: [(entry: Int, row: Int)] = []
        for index in pending.indices {
            for row in pending[index].deliveries.indices where pending[index].deliveries[row].sequence == nil {
                let delivery = pending[index].deliveries[row]
                let count = takeCount(for: delivery)
                pending[index].deliveries[row].sequence = SequenceNumber(generation: generation, count: count)
                numbered.append((index, row))
            }
        }
        return numbered
    }

    /// The first count of a generation is the event's that tells of the loss before it.
    private func takeCount(for delivery: PendingEntry.Delivery) -> Int64 {
        if opening.remove(delivery.target, for: delivery.event.id) { return 1 }
        return queues[delivery.target]?.takeCount() ?? 0
    }

    /// Takes numbers back that were given just now. What was sent from memory before keeps its own.
    private func forget(_ numbered: [(entry: Int, row: Int)], since counts: [TargetID: Int64]) {
        guard !numbered.isEmpty else { return }
        for (index, row) in numbered {
            let delivery = pending[index].deliveries[row]
            if delivery.sequence?.count == 1 { opening.insert(delivery.target, for: delivery.event.id) }
            pending[index].deliveries[row].sequence = nil
        }
        for (target, count) in counts { queues[target]?.lastCount = count }
    }

    /// What was pending is on disk.
    private func noteWritten() {
        let recorded = pending.flatMap(\.entry.events)
        for incident in pending.flatMap(\.entry.incidents) {
            if incident.isOpen {
                open.insert(incident.id.key)
            } else if open.remove(incident.id.key) != nil {
                care.isSettledSinceThinning = true
            }
        }
        if pending.contains(where: { !$0.settled.isEmpty }) { care.isSettledSinceThinning = true }
        pending = []
        flushAt = nil
        if !recorded.isEmpty {
            mark()
            report(.recorded(recorded))
        }
        if care.historyFrom == nil { care.figuresAt = .now() }
        care.noteWrite()
    }

    /// Leaves word of how far the journal has come: after the sync, before anybody hears of it.
    func mark() {
        guard let file, let generation else { return }
        let head = file.store.head
        for (target, queue) in queues where queue.queued == 0 { queues[target]?.settledThrough = head.number }
        witness.write(
            JournalMark(
                generation: generation, head: head, birth: file.birth,
                targets: queues.mapValues { .init(last: $0.lastCount, settled: $0.settledThrough) }))
    }

    // MARK: A disk that refuses

    private func recover() {
        retryAt = nil
        storage = .ok
        givenUp = 0
        refusals = BootTime.now() < (lastRefusal ?? .now()) + Self.mostRetryDelay ? refusals : 0
    }

    /// The disk refused to open, to write, or to give what is queued: memory holds what it can until it recovers.
    ///
    /// After an I/O error nothing that the connection believes can be trusted: it is opened anew, and what was being
    /// written is written again, which changes nothing where it had arrived (sqlite.org/rescode.html#ioerr).
    func refuse(_ error: JournalError) {
        if error.closesFile { closeFile() }
        if error.isDamage { isSuspect = true }
        if !error.isFull { hasFailed = true }
        // A disk that recovers and fails in turn is asked less and less often. What is damaged is looked at once, now.
        let delay = min(Self.mostRetryDelay, Self.retryDelay * (1 << min(refusals, 10)))
        let isFirstDamage = error.isDamage && refusals == 0
        if !error.isFull { refusals += 1 }
        lastRefusal = .now()
        retryAt = isFirstDamage ? .now() : .now() + delay
        storage = error.storageState(waiting: pending.eventCount, givenUp: givenUp)
    }

    func closeFile() {
        file = nil
        // The mark stays: it is what tells the next start of a generation that is begun in memory now.
        care.forgetFile()
    }

    /// While the disk refuses, what happens is numbered and sent from memory, in a generation of its own: no number that is
    /// given without the disk's knowledge is ever given again, however this process ends.
    func goOnFromMemory() {
        guard storage != .ok, pending.contains(where: { !$0.deliveries.isEmpty }) else { return }
        if !isNumberedFromMemory {
            beginGenerationInMemory()
        } else if !witness.isWritten, let mark = witness.mark {
            witness.write(mark)
            witness.sync()
        }
        numberPending()
    }

    /// Generations that one of memory may be ahead of what is known.
    private static let spread: Int64 = 32

    private func beginGenerationInMemory() {
        let known = [generation, witness.mark?.generation].compactMap { $0 }.max()
        // Where not even a mark can be written and the power goes, nobody knows of this one: the next is another for all that.
        let next = Generation.next(after: known.map { $0 + .random(in: 0..<Self.spread) })
        generation = next
        isNumberedFromMemory = true
        for target in setup.targets {
            queues[target]?.lastCount = 1
            untold[target] = UntoldLoss(loss: Loss(reason: .memory), opensGeneration: true)
        }
        reportedLosses = []
        lostSinceReport = [:]
        // What was to begin the generation before this one has no number yet: it gets one like any other.
        opening.removeAll()
        // A process that ends now is followed by one that knows of this generation, if anything can still be written.
        var mark = witness.mark ?? JournalMark(generation: next, head: .start, birth: 0, targets: [:])
        mark.generation = next
        witness.write(mark)
        witness.sync()
    }
}
