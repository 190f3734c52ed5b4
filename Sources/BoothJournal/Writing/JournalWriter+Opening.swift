// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// Opens a file, at the start and after one was lost. It uses a thread of its own, because a damaged file is read out
// first and a disk may hang. Meanwhile the journal's thread serves from memory.
extension JournalWriter {
    /// Starts a thread that opens a file; `takeUp` gets the result.
    ///
    /// - Parameter store: an open file whose directory was deleted or replaced; its content is copied over.
    func startOpening(carryingOver store: JournalStore? = nil) {
        guard !isOpening else { return }
        var order = JournalOpening(
            path: setup.directory, vfs: setup.vfs, targets: setup.targets, limit: setup.limit,
            remembered: witness.mark)
        order.generationInMemory = isNumberedFromMemory ? generation : nil
        order.isSuspect = isSuspect
        order.isAfterFailure = hasFailed
        order.dropsHistory = fullOpenings >= Self.mostFullOpenings
        order.displaced = store.map(Handover.init)
        // Orders wait for the opening that was just started, so no retry is planned.
        retryAt = nil
        do throws(SystemError) {
            _ = try WorkerThread(name: "journal-open") { [order, post] in
                post(.opened(Handover(order.outcome())))
            }
            isOpening = true
            if storage == .ok { storage = .fault(Self.openingNow) }
        } catch {
            refuse(.system(error))
        }
    }

    private static let openingNow = Message(
        zh: "正在打开日志，消息暂存内存并照常发送", en: "the journal is being opened; events are held in memory and sent from there")

    /// Opens the file on this thread.
    func openNow() throws(JournalError) {
        let order = JournalOpening(
            path: setup.directory, vfs: setup.vfs, targets: setup.targets, limit: setup.limit,
            remembered: witness.mark)
        takeUp(.success(try order.open()))
    }

    func takeUp(_ outcome: Result<OpenedJournal, JournalError>?) {
        isOpening = false
        switch outcome {
        case nil: break
        case .failure(let error):
            if error.isFull { fullOpenings += 1 }
            refuse(error)
        case .success(let opened):
            fullOpenings = 0
            takeUp(opened)
        }
    }

    private func takeUp(_ opened: OpenedJournal) {
        witness.beside = opened.mark
        do throws(SQLiteError) {
            try takeNumbers(of: opened)
        } catch {
            // A full disk does not close the file. But the queues of this file are not known yet, so its events would
            // wait for nobody. Open it again.
            return refuse(.database(error))
        }
        file = OpenFile(directory: opened.directory, store: opened.store, birth: opened.birth)
        isSuspect = false
        hasFailed = false
        for (target, queue) in opened.queues { count(queue, of: target, opened.settled[target] ?? 0) }
        // A commit that failed may have been written. Then its events are in the file and in memory, and are counted
        // twice.
        if !pending.isEmpty { hasDoubtfulTallies = true }
        open = Set(opened.incidents.map(\.id.key))
        for incident in pending.flatMap(\.entry.incidents) where incident.isOpen { open.insert(incident.id.key) }
        storage = .ok
        retryAt = nil
        care.takeUp(opened)
        opened.directory.ballast.arm()
        recall(opened)
        mark()
        witness.sync()
        write()
    }

    /// Continues the file's numbers, or memory's numbers if those are ahead.
    private func takeNumbers(of opened: OpenedJournal) throws(SQLiteError) {
        // Memory's generation is newer, and its first event reports everything before it. So the file's losses are
        // included.
        let isAhead = isNumberedFromMemory && generation ?? 0 > opened.generation
        if !isAhead { untold.merge(opened.untold) { inMemory, _ in inMemory } }
        writtenUntold = opened.untold
        written = opened.queues.mapValues(\.last)
        guard isNumberedFromMemory, let inMemory = generation else {
            generation = opened.generation
            for (target, queue) in opened.queues { queues[target]?.lastCount = queue.last }
            return opening.removeAll()
        }
        guard inMemory <= opened.generation else { return }
        // Events that were sent from memory keep their numbers. Later events get a generation above both.
        let next = Generation.next(after: opened.generation)
        try opened.store.beginGeneration(next, for: setup.targets, .memory)
        generation = next
        isNumberedFromMemory = false
        opening.removeAll()
        reportedLosses = []
        lostSinceReport = [:]
        writtenUntold = try opened.store.untoldLosses()
        untold.merge(writtenUntold) { _, inFile in inFile }
        for target in setup.targets {
            queues[target]?.lastCount = 1
            written[target] = 1
        }
    }

    /// Counts what waits in the file and in memory.
    private func count(_ queue: OpenedJournal.Queue, of target: TargetID, _ settled: Int64) {
        let inMemory = pending.flatMap(\.deliveries).filter { $0.target == target }
        let answers = pending.flatMap(\.settled).filter { $0.target == target }
        queues[target]?.number = queue.number
        queues[target]?.settledThrough = settled
        queues[target]?.queued = max(0, queue.queued + inMemory.count { $0.outcome == nil } - answers.count)
        let refused = (inMemory.map(\.outcome) + answers.map { $0.outcome }).count { $0?.isRejection == true }
        queues[target]?.rejected = queue.rejected + refused
    }

    /// Reports the file's contents to the core: the first time, or because the file is a new one.
    private func recall(_ opened: OpenedJournal) {
        let contents = contents(of: opened)
        if !isRecalled {
            isRecalled = true
            // This run's memory was made without the file's memory and must not replace it. The core joins the two.
            for index in pending.indices { pending[index].entry.memory = nil }
            guard isStarted else {
                contentsAtStart = contents
                return
            }
            report(.contents(contents))
        } else if opened.isNew {
            report(.renewed(contents))
        }
    }

    private func contents(of opened: OpenedJournal) -> JournalContents {
        JournalContents(
            status: status(), points: opened.points, incidents: opened.incidents, memory: opened.memory,
            tasks: opened.tasks, lastKey: opened.lastKey, setAside: opened.setAside, orphans: opened.orphans,
            unreadable: opened.store.unreadableRows)
    }

    // MARK: Losses

    /// Asks the core to report losses that were not reported yet.
    func tellLosses() {
        let new = untold.filter { !reportedLosses.contains($0.key) && mayTell($0.key) }
        guard !new.isEmpty else { return }
        reportedLosses.formUnion(new.keys)
        for (target, loss) in new {
            if !loss.opensGeneration { care.lossToldAt[target] = .now() }
            lostSinceReport[target] = nil
        }
        report(.lost(new.mapValues(\.loss)))
    }

    /// If more and more events are given up, this is reported once a day, or as soon as the target answers something.
    private func mayTell(_ target: TargetID) -> Bool {
        guard untold[target]?.opensGeneration == false, let last = care.lossToldAt[target] else { return true }
        return BootTime.now() >= last + .seconds(86_400) || care.answered.contains(target)
    }
}

extension JournalOpening {
    fileprivate func outcome() -> Result<OpenedJournal, JournalError> {
        do throws(JournalError) { return .success(try open()) } catch { return .failure(error) }
    }
}

extension JournalEntry.Settlement.Outcome {
    var isRejection: Bool {
        switch self {
        case .accepted: false
        case .rejected: true
        }
    }
}
