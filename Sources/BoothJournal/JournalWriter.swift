// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

/// The journal's thread: takes what waits, commits it as one, answers, and feeds the targets.
final class JournalWriter {
    let directory: StateDirectory
    let limit: Int64
    let report: @Sendable (JournalReport) -> Void
    /// nil while the disk refuses to open it.
    var store: JournalStore?
    var queues: [TargetID: DeliveryQueue] = [:]
    let targets: [TargetID]
    /// What is not on disk yet, oldest first.
    var pending: [PendingEntry] = []
    var storage = StorageState.ok
    /// Incidents not closed, written ones; counted as they open.
    var open: Set<Int64> = []
    /// When to try again after the disk refused.
    private var retryAt: BootTime?
    /// When at the latest what can be told again is written.
    var flushAt: BootTime?
    private var published: JournalStatus?

    private static let retryDelay = Duration.seconds(1)

    init(
        directory path: String, targets: [TargetID], limit: Int64, report: @escaping @Sendable (JournalReport) -> Void
    ) throws(JournalError) {
        directory = try StateDirectory(path)
        self.targets = targets
        self.limit = limit
        self.report = report
        let store = try JournalStore(path: directory.journal, limit: limit)
        self.store = store
        do throws(SQLiteError) {
            let generation = try store.generation()
            for target in targets {
                let number = try store.number(of: target)
                queues[target] = DeliveryQueue(
                    target: target, number: number, generation: generation, tally: try store.tally(of: number))
            }
        } catch { throw .database(error) }
    }

    /// What a restart finds.
    func contents() throws(JournalError) -> JournalContents {
        guard let store else { preconditionFailure("contents are read right after opening") }
        do throws(SQLiteError) {
            let incidents = try store.openIncidents()
            open = Set(incidents.map(\.id.key))
            return JournalContents(
                status: status(), points: try store.points(), incidents: incidents, lastKey: try store.lastKey())
        } catch { throw .database(error) }
    }

    /// Serves `inbox` until it is told to stop, then writes what waits.
    func run(_ inbox: Mailbox<Journal.Order>) {
        var isRunning = true
        while isRunning {
            var queries: [JournalQuery] = []
            for order in inbox.wait(milliseconds: nextWake()) {
                switch order {
                case .record(let entry): accept(entry)
                case .fetch(let target, let request): queues[target]?.request = request
                case .attempt(let target, let events): for event in events { queues[target]?.noteAttempt(of: event) }
                case .attemptEnded(let target, let events):
                    for event in events { queues[target]?.noteReturn(of: event) }
                case .query(let query): queries.append(query)
                case .stop: isRunning = false
                }
            }
            if isDue(hasQueries: !queries.isEmpty || !isRunning) { write() }
            for query in queries { answer(query) }
            serveTargets()
            publishStatus()
            store?.checkpointIfDue()
        }
    }

    // MARK: Writing

    private func nextWake() -> Int? {
        let deadline = retryAt ?? (pending.isEmpty ? nil : flushAt)
        return deadline?.millisecondsAway()
    }

    /// What must be on disk goes there at once. The rest waits for company, but not for a reader to miss it.
    private func isDue(hasQueries: Bool) -> Bool {
        guard !pending.isEmpty else { return false }
        let now = BootTime.now()
        if let retryAt { return retryAt <= now }
        let hasHungry = queues.values.contains { $0.request != nil && $0.queued > 0 }
        return hasQueries || hasHungry || pending.contains { !$0.entry.canBeToldAgain } || (flushAt ?? now) <= now
    }

    private func write() {
        do throws(SQLiteError) {
            try reopened().write(pending) { queues[$0]?.number }
            let recorded = pending.flatMap(\.entry.events)
            for incident in pending.flatMap(\.entry.incidents) { open.insert(incident.id.key) }
            pending = []
            retryAt = nil
            flushAt = nil
            storage = .ok
            if !recorded.isEmpty { report(.recorded(recorded)) }
        } catch {
            refuse(error)
        }
    }

    /// After an I/O error nothing that the connection believes can be trusted: it is opened anew, and what was being
    /// written is written again, which changes nothing where it had arrived (sqlite.org/rescode.html#ioerr).
    private func reopened() throws(SQLiteError) -> JournalStore {
        if let store { return store }
        do throws(JournalError) {
            let opened = try JournalStore(path: directory.journal, limit: limit)
            store = opened
            return opened
        } catch {
            if case .database(let error) = error { throw error }
            throw SQLiteError(.open, extendedCode: 14, message: error.message.en)
        }
    }

    private func refuse(_ error: SQLiteError) {
        if !error.isFull, !error.isBusy { store = nil }
        retryAt = .now() + Self.retryDelay
        let waiting = pending.reduce(0) { $0 + $1.entry.events.count }
        storage =
            error.isFull
            ? .full(
                Message(
                    zh: "磁盘或日志已满,\(waiting) 条事件暂存内存;腾出空间或调大 [storage] limit",
                    en: "disk or journal full, \(waiting) events held in memory; free space or raise [storage] limit"))
            : .fault(
                Message(
                    zh: "日志写入失败,\(waiting) 条事件暂存内存:\(error);检查磁盘",
                    en: "the journal cannot be written, \(waiting) events held in memory: \(error); check the disk"))
    }

    // MARK: Status

    func status() -> JournalStatus {
        let listed = targets.compactMap { queues[$0] }
        return JournalStatus(
            storage: storage, bytes: directory.bytesUsed,
            queues: listed.map { .init(target: $0.target, queued: $0.queued, rejected: $0.rejected) },
            open: open.count)
    }

    private func publishStatus() {
        let now = status()
        guard now != published else { return }
        published = now
        report(.status(now))
    }
}
