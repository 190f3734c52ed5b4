// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

/// The journal's thread: takes what waits, commits it as one, answers, and feeds the targets.
final class JournalWriter {
    let directory: StateDirectory
    var limit: Int64
    let report: @Sendable (JournalReport) -> Void
    /// nil while the disk refuses to open it.
    var store: JournalStore?
    var queues: [TargetID: DeliveryQueue]
    let targets: [TargetID]
    /// What is not on disk yet, oldest first.
    var pending: [PendingEntry] = []
    /// Incidents as they are shown while something of theirs is on its way; at most those in the batches under way.
    var shown: [EventID: Incident] = [:]
    var storage = StorageState.ok
    /// Incidents not closed, written ones; counted as they open.
    var open: Set<Int64>
    private var opened: OpenedJournal?
    /// When to try again after the disk refused.
    private var retryAt: BootTime?
    /// When at the latest what can be told again is written.
    var flushAt: BootTime?
    private var checkpointAt: BootTime?
    private var isStopping = false
    /// Refusals in a row, and the last one.
    private var refusals = 0
    private var lastRefusal: BootTime?
    /// Events dropped from memory while the disk refused for long.
    var givenUp = 0
    /// Whether rows were put back by a commit that failed, and may have arrived all the same.
    var hasDoubtfulTallies = false
    /// Histories that are being read, the one at work first.
    var readings: [HistoryReading] = []
    private var published: JournalStatus?
    /// Who asked whether this loop goes round.
    private var asking: Pulse?

    private static let retryDelay = Duration.seconds(1)
    private static let mostRetryDelay = Duration.seconds(60)
    /// So long a failing disk is asked again when the agent stops.
    private static let lastPatience = Duration.seconds(2)
    /// After a burst of commits it is quiet for so long before the log is moved.
    private static let checkpointDelay = Duration.milliseconds(500)
    /// A log shorter than this is not worth the writes: a page that changes again is then moved once.
    private static let shortLog: Int64 = 1 << 20

    init(
        directory path: String, targets: [TargetID], limit: Int64, report: @escaping @Sendable (JournalReport) -> Void
    ) throws(JournalError) {
        directory = try StateDirectory(path)
        self.targets = targets
        self.limit = limit
        self.report = report
        let opened = try OpenedJournal.open(in: directory, targets: targets, limit: limit)
        self.opened = opened
        store = opened.store
        queues = opened.queues
        open = Set(opened.incidents.map(\.id.key))
    }

    /// What a restart finds; to be asked once, right after opening.
    func takeContents() -> JournalContents? {
        defer { opened = nil }
        return opened.map { opened in
            JournalContents(
                status: status(), points: opened.points, incidents: opened.incidents, memory: opened.memory,
                tasks: opened.tasks, lastKey: opened.lastKey, isAfterLoss: opened.isAfterLoss,
                setAside: opened.setAside,
                orphans: opened.orphans, unreadable: opened.store.unreadableRows)
        }
    }

    /// Serves `inbox` until it is told to stop, then writes what waits.
    ///
    /// - Returns: how many events could not be written to the last.
    func run(_ inbox: Mailbox<Journal.Order>) -> Int {
        while !isStopping {
            turn(inbox.wait(milliseconds: nextWake()))
        }
        for reading in readings { reading.reply(nil) }
        insist(on: inbox)
        return pending.reduce(0) { $0 + $1.entry.events.count }
    }

    /// Takes what waits, writes it, and gives everybody what they wait for.
    func turn(_ orders: [Journal.Order]) {
        var queries: [JournalQuery] = []
        var retries: [RetryOrder] = []
        for order in orders { take(order, &queries, &retries) }
        if isDue(hasQueries: !queries.isEmpty || !retries.isEmpty) { write() }
        for retry in retries { putBack(retry) }
        for query in queries { answer(query) }
        serveTargets()
        readOn()
        checkpointWhenIdle()
        publishStatus()
        asking.take()?.beat()
    }

    /// A disk that refuses at the very end is asked a few times more: what it takes now is not lost with the process.
    private func insist(on inbox: Mailbox<Journal.Order>) {
        let end = BootTime.now() + Self.lastPatience
        while !pending.isEmpty, BootTime.now() < end {
            // Nothing is expected; the wait is the pause between two attempts.
            _ = inbox.wait(milliseconds: 200)
            write()
        }
    }

    private func take(_ order: Journal.Order, _ queries: inout [JournalQuery], _ retries: inout [RetryOrder]) {
        switch order {
        case .record(let entry): accept(entry)
        case .fetch(let target, let request): queues[target]?.request = request
        case .attempt(let target, let events): for event in events { queues[target]?.noteAttempt(of: event) }
        case .attemptEnded(let target, let events): for event in events { queues[target]?.noteReturn(of: event) }
        case .retry(let retry): retries.append(retry)
        case .query(let query): queries.append(query)
        case .limit(let bytes): take(limit: bytes)
        case .prove(let pulse): asking = pulse
        case .stop: isStopping = true
        }
    }

    /// A larger limit may be all that a full journal waits for.
    private func take(limit bytes: Int64) {
        limit = bytes
        // A connection that refuses this is opened anew, with the new limit, by the next write.
        if (try? store?.setLimit(bytes)) == nil { store = nil }
        if retryAt != nil { retryAt = .now() }
    }

    // MARK: Writing

    /// Milliseconds until there is something to do without being asked; nil: there is nothing.
    func nextWake() -> Int? {
        guard readings.isEmpty else { return 0 }
        return [retryAt ?? (pending.isEmpty ? nil : flushAt), checkpointAt].compactMap { $0 }.min()?.millisecondsAway()
    }

    /// What must be on disk goes there at once. The rest waits for company, but not for a reader to miss it.
    private func isDue(hasQueries: Bool) -> Bool {
        let now = BootTime.now()
        if isStopping { return !pending.isEmpty }
        if let retryAt { return retryAt <= now }
        guard !pending.isEmpty else { return false }
        let hasHungry = queues.values.contains { $0.request != nil && $0.queued > 0 }
        return hasQueries || hasHungry || pending.contains { !$0.entry.canBeToldAgain } || (flushAt ?? now) <= now
    }

    private func write() {
        do throws(SQLiteError) {
            let store = try reopened()
            try store.write(pending) { queues[$0]?.number }
            if hasDoubtfulTallies { try recount(in: store) }
            let recorded = pending.flatMap(\.entry.events)
            noteOpen(pending.flatMap(\.entry.incidents))
            pending = []
            flushAt = nil
            recover()
            scheduleCheckpoint()
            if !recorded.isEmpty { report(.recorded(recorded)) }
        } catch {
            refuse(error)
        }
    }

    private func noteOpen(_ written: [Incident]) {
        for incident in written {
            if incident.isOpen { open.insert(incident.id.key) } else { open.remove(incident.id.key) }
        }
    }

    /// After an I/O error nothing that the connection believes can be trusted: it is opened anew, and what was being
    /// written is written again, which changes nothing where it had arrived (sqlite.org/rescode.html#ioerr).
    private func reopened() throws(SQLiteError) -> JournalStore {
        if let store { return store }
        do throws(JournalError) {
            let opened = try JournalStore(path: directory.journal, limit: limit)
            // What could not be read before has to be readable now, or nothing has recovered.
            for queue in queues.values {
                _ = try read { () throws(SQLiteError) in try opened.queue(of: queue.number, limit: 1) }
            }
            store = opened
            return opened
        } catch {
            if case .database(let error) = error { throw error }
            throw SQLiteError(.open, extendedCode: 14, message: error.message.en)
        }
    }

    private func read<Value>(_ body: () throws(SQLiteError) -> Value) throws(JournalError) -> Value {
        do throws(SQLiteError) { return try body() } catch { throw .database(error) }
    }

    func scheduleCheckpoint() {
        if checkpointAt == nil { checkpointAt = .now() + Self.checkpointDelay }
    }

    private func recover() {
        retryAt = nil
        storage = .ok
        refusals = BootTime.now() < (lastRefusal ?? .now()) + Self.mostRetryDelay ? refusals : 0
    }

    /// The disk refused to write, or to give what is queued: memory holds what it can until it recovers.
    func refuse(_ error: SQLiteError) {
        if !error.isFull, !error.isBusy { store = nil }
        // A disk that recovers and fails in turn is asked less and less often.
        let delay = min(Self.mostRetryDelay, Self.retryDelay * (1 << min(refusals, 10)))
        if !error.isFull { refusals += 1 }
        lastRefusal = .now()
        retryAt = .now() + delay
        let waiting = pending.reduce(0) { $0 + $1.entry.events.count }
        let dropped = Message(
            zh: givenUp == 0 ? "" : "，已放弃 \(givenUp) 条次要消息", en: givenUp == 0 ? "" : ", \(givenUp) minor ones given up")
        storage =
            error.isFull
            ? .full(
                Message(
                    zh: "磁盘或日志已满，\(waiting) 条消息暂存内存\(dropped.zh)；腾出空间或调大 [storage] limit",
                    en:
                        "disk or journal full, \(waiting) events held in memory\(dropped.en); free space or raise [storage] limit"
                ))
            : .fault(
                Message(
                    zh: "日志读写失败，\(waiting) 条消息暂存内存\(dropped.zh)：\(error)；检查磁盘",
                    en: "the journal fails, \(waiting) events held in memory\(dropped.en): \(error); check the disk"))
    }

    /// Brings the write-ahead log into the database when nobody waits: between bursts, or when it has grown long.
    private func checkpointWhenIdle() {
        guard let due = checkpointAt else { return }
        guard storage == .ok, let store else {
            // The write that recovers sets it anew; a deadline that stood until then would leave no rest.
            checkpointAt = nil
            return
        }
        let allowance = JournalSchema.logAllowance(of: limit)
        let isLong = store.bytesLogged > allowance / 2
        guard due <= .now() || isLong else { return }
        checkpointAt = nil
        guard isLong || store.bytesLogged > min(Self.shortLog, allowance / 4) else { return }
        do throws(SQLiteError) {
            try store.checkpoint()
        } catch {
            refuse(error)
        }
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
