// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// Commits all pending entries as one transaction with one sync, and handles a failing disk.
extension JournalWriter {
    private static let retryDelay = Duration.seconds(1)
    private static let mostRetryDelay = Duration.seconds(60)

    /// Whether to write now. Entries that must be on disk are due at once. Others wait for more entries, but not if a
    /// query or a target needs them.
    func isDue(hasQueries: Bool) -> Bool {
        let now = BootTime.now()
        if let retryAt { return retryAt <= now }
        guard !pending.isEmpty else { return false }
        let hasHungry = queues.values.contains { $0.request != nil && $0.queued > 0 }
        return hasQueries || hasHungry || pending.contains { !$0.entry.canBeToldAgain } || (flushAt ?? now) <= now
    }

    /// Writes the pending entries. If no file is open, starts to open one; this is called again after that.
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
        // Entries that came since the disk failed may have no numbers. Without a number an event would be in no queue.
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
            // Nobody has seen these numbers, so they can be given again.
            forget(numbered, since: counts)
            throw error
        }
        written = queues.mapValues(\.lastCount)
        writtenUntold = untold
        isNumberedFromMemory = false
    }

    /// Gives every pending event its place in the sequence of each of its targets.
    ///
    /// - Returns: the positions in `pending` of the deliveries that got a number.
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

    /// The next count for a delivery. Count 1 of a generation belongs to the event that reports the loss before it.
    private func takeCount(for delivery: PendingEntry.Delivery) -> Int64 {
        if opening.remove(delivery.target, for: delivery.event.id) { return 1 }
        return queues[delivery.target]?.takeCount() ?? 0
    }

    /// Takes back numbers that were just given. Events that were sent from memory before keep theirs.
    private func forget(_ numbered: [(entry: Int, row: Int)], since counts: [TargetID: Int64]) {
        guard !numbered.isEmpty else { return }
        for (index, row) in numbered {
            let delivery = pending[index].deliveries[row]
            if delivery.sequence?.count == 1 { opening.insert(delivery.target, for: delivery.event.id) }
            pending[index].deliveries[row].sequence = nil
        }
        for (target, count) in counts { queues[target]?.lastCount = count }
    }

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

    /// Writes the mark: after the sync, and before anybody is told.
    func mark() {
        guard let file, let generation else { return }
        let head = file.store.head
        for (target, queue) in queues where queue.queued == 0 { queues[target]?.settledThrough = head.number }
        witness.write(
            JournalMark(
                generation: generation, head: head, birth: file.birth,
                targets: queues.mapValues { .init(last: $0.lastCount, settled: $0.settledThrough) }))
    }

    // MARK: A failing disk

    private func recover() {
        retryAt = nil
        storage = .ok
        givenUp = 0
        refusals = BootTime.now() < (lastRefusal ?? .now()) + Self.mostRetryDelay ? refusals : 0
    }

    /// Handles a failure to open, write or read: memory holds entries until the disk works again.
    ///
    /// After an I/O error the connection's state cannot be trusted. So the file is opened again and the entries are
    /// written again. This changes nothing if they had been written (sqlite.org/rescode.html#ioerr).
    func refuse(_ error: JournalError) {
        if error.closesFile { closeFile() }
        if error.isDamage { isSuspect = true }
        if !error.isFull { hasFailed = true }
        // A disk that works and fails in turn is retried less and less often. Damage is handled at once the first time.
        let delay = min(Self.mostRetryDelay, Self.retryDelay * (1 << min(refusals, 10)))
        let isFirstDamage = error.isDamage && refusals == 0
        if !error.isFull { refusals += 1 }
        lastRefusal = .now()
        retryAt = isFirstDamage ? .now() : .now() + delay
        storage = error.storageState(waiting: pending.eventCount, givenUp: givenUp)
    }

    func closeFile() {
        file = nil
        // The mark stays open: it tells the next start of a generation that is begun in memory now.
        care.forgetFile()
    }

    /// While the disk fails, numbers events and sends them from memory, in a new generation. So a number that the file
    /// does not know is never given again, however this process ends.
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

    /// The random part by which a generation in memory may be ahead of the known one.
    private static let spread: Int64 = 32

    private func beginGenerationInMemory() {
        let known = [generation, witness.mark?.generation].compactMap { $0 }.max()
        // If no mark can be written and the power goes, nobody knows this generation. The random part still makes it
        // unlikely that the next one is the same.
        let next = Generation.next(after: known.map { $0 + .random(in: 0..<Self.spread) })
        generation = next
        isNumberedFromMemory = true
        for target in setup.targets {
            queues[target]?.lastCount = 1
            untold[target] = UntoldLoss(loss: Loss(reason: .memory), opensGeneration: true)
        }
        reportedLosses = []
        lostSinceReport = [:]
        // An event that was to begin the generation before has no number yet. It now gets one like any other event.
        opening.removeAll()
        // If this process ends now, the next one reads of this generation in the mark, if a mark can be written.
        var mark = witness.mark ?? JournalMark(generation: next, head: .start, birth: 0, targets: [:])
        mark.generation = next
        witness.write(mark)
        witness.sync()
    }
}
