// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// How a file is opened, at the start and after one was lost: on a thread of its own, since a damaged one is read out first
// and a disk may hang. This thread serves from memory meanwhile.
extension JournalWriter {
    /// Has a file opened; `takeUp` gets what came of it.
    ///
    /// - Parameter store: an open file that lost its place, whose contents are carried over.
    func startOpening(carryingOver store: JournalStore? = nil) {
        guard !isOpening else { return }
        var order = JournalOpening(
            path: setup.directory, vfs: setup.vfs, targets: setup.targets, limit: setup.limit,
            remembered: witness.mark)
        order.generationInMemory = isNumberedFromMemory ? generation : nil
        order.isSuspect = isSuspect
        order.isAfterFailure = hasFailed
        order.displaced = store.map(Handover.init)
        // What is asked of the file from now on waits for it; asking it again and again would open it again and again.
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

    /// Opens the file on this thread, for a start that waits for it anyway.
    func openNow() throws(JournalError) {
        let order = JournalOpening(
            path: setup.directory, vfs: setup.vfs, targets: setup.targets, limit: setup.limit,
            remembered: witness.mark)
        takeUp(.success(try order.open()))
    }

    /// A file was opened, or could not be.
    func takeUp(_ outcome: Result<OpenedJournal, JournalError>?) {
        isOpening = false
        switch outcome {
        case nil: break
        case .failure(let error): refuse(error)
        case .success(let opened): takeUp(opened)
        }
    }

    private func takeUp(_ opened: OpenedJournal) {
        witness.beside = opened.mark
        do throws(SQLiteError) {
            try takeNumbers(of: opened)
        } catch {
            // A full disk leaves open what is open. But this file's queues are not known yet: what is written to it would
            // wait for nobody. It is opened once more.
            return refuse(.database(error))
        }
        file = OpenFile(directory: opened.directory, store: opened.store, birth: opened.birth)
        isSuspect = false
        hasFailed = false
        for (target, queue) in opened.queues { count(queue, of: target, opened.settled[target] ?? 0) }
        // What waits in memory may have arrived by the commit that failed, and is counted twice then.
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

    /// From now on numbers are given as the file knows them, unless memory was ahead of it.
    private func takeNumbers(of opened: OpenedJournal) throws(SQLiteError) {
        // What begins a generation in memory tells of everything before it: its first number is not given once more.
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
        // What was sent from memory keeps its numbers. What follows is numbered above both.
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

    /// What waits in the file, and in memory beside it.
    private func count(_ queue: OpenedJournal.Queue, of target: TargetID, _ settled: Int64) {
        let inMemory = pending.flatMap(\.deliveries).filter { $0.target == target }
        let answers = pending.flatMap(\.settled).filter { $0.target == target }
        queues[target]?.number = queue.number
        queues[target]?.settledThrough = settled
        queues[target]?.queued = max(0, queue.queued + inMemory.count { $0.outcome == nil } - answers.count)
        let refused = (inMemory.map(\.outcome) + answers.map { $0.outcome }).count { $0?.isRejection == true }
        queues[target]?.rejected = queue.rejected + refused
    }

    /// Gives the core what the file remembers, the first time, or tells it that the file is another one.
    private func recall(_ opened: OpenedJournal) {
        let contents = contents(of: opened)
        if !isRecalled {
            isRecalled = true
            // The memory of a run that knew nothing must not take the place of what the file has: the core joins them.
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

    /// Asks the core to tell what was lost and was not told.
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

    /// While one event after another is given up, that is told once a day, or once the target takes something.
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
