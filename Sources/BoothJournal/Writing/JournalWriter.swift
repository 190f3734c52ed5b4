// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

/// The journal's thread: takes orders, commits entries together, answers queries and feeds the targets.
///
/// It also works without a file: while the disk fails, entries wait in memory and are sent from there. Another thread
/// opens files, because a damaged one must be read out first (`JournalWriter+Opening`).
final class JournalWriter {
    var setup: Journal.Setup
    /// Gets the reports. During `start` the file's contents are returned instead of reported.
    let report: @Sendable (JournalReport) -> Void
    let post: @Sendable (Journal.Order) -> Void
    let witness: Witness

    /// nil: no file is open.
    var file: OpenFile?
    /// Whether a thread is opening a file.
    var isOpening = false
    /// How often in a row the disk was too full to open one.
    var fullOpenings = 0
    /// After so many, what waits is worth more than the history of a damaged file.
    static let mostFullOpenings = 3
    /// Whether the core has been given a file's contents; below, the contents that `start` returns.
    var isRecalled = false
    var contentsAtStart: JournalContents?
    /// Whether `start` is over: later contents are reported.
    private(set) var isStarted = false
    var queues: [TargetID: DeliveryQueue]
    /// The generation of the numbers given now; nil: no file was opened, and no number was given.
    var generation: Int64?
    /// Whether numbers of that generation were given that the file does not know.
    var isNumberedFromMemory = false
    /// The last counts stored in the file.
    var written: [TargetID: Int64] = [:]
    /// For each target, the loss that was not reported yet; below, the targets whose loss the core was asked to report.
    var untold: [TargetID: UntoldLoss] = [:]
    var reportedLosses: Set<TargetID> = []
    /// The part that was lost after the core was asked.
    var lostSinceReport: [TargetID: UntoldLoss] = [:]
    /// The part of `untold` that is stored in the file.
    var writtenUntold: [TargetID: UntoldLoss] = [:]
    /// The events that begin a generation of their targets and have no number yet.
    var opening = OpeningLosses()
    /// Entries that are not on disk yet, oldest first.
    var pending: [PendingEntry] = []
    /// Transient states of incidents, shown and never written; at most those in the batches under way.
    var shown: [EventID: Incident] = [:]
    var storage = StorageState.ok
    /// Keys of open incidents: those on disk, and those that were pending when the file was opened.
    var open: Set<Int64> = []
    /// When to try again after a failure.
    var retryAt: BootTime?
    /// When entries that need no sync are written at the latest.
    var flushAt: BootTime?
    /// Number of failures in a row, and the time of the last one.
    var refusals = 0
    var lastRefusal: BootTime?
    /// Whether the disk failed since the last opening, other than by being full: the next opening then rewrites the
    /// log.
    var hasFailed = false
    /// Whether the file returned impossible data: the next opening then checks the whole file.
    var isSuspect = false
    /// Events dropped from memory because the disk failed for long.
    var givenUp = 0
    /// Whether the counts may be wrong because a commit that failed may have been written.
    var hasDoubtfulTallies = false
    /// Histories being read; the first one is in progress.
    var readings: [HistoryReading] = []
    /// Chain verifications; the first one is in progress.
    var verifications: [ChainVerification] = []
    var care = Care()
    private var isStopping = false
    private var published: JournalStatus?
    /// The pulse to answer at the end of this turn.
    private var asking: Pulse?

    struct OpenFile {
        let directory: StateDirectory
        let store: JournalStore
        /// When it was made, in nanoseconds since 1970; 0: not known.
        let birth: Int64
    }

    /// How long a failing disk is retried when the agent stops.
    private static let lastPatience = Duration.seconds(2)
    private static let lastPause = Duration.milliseconds(200)

    init(
        _ setup: Journal.Setup, post: @escaping @Sendable (Journal.Order) -> Void = { _ in },
        report: @escaping @Sendable (JournalReport) -> Void
    ) {
        self.setup = setup
        self.post = post
        self.report = report
        witness = Witness(inMemory: setup.markInMemory)
        queues = Dictionary(
            setup.targets.map { ($0, DeliveryQueue(target: $0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Starts to open the file, and waits for it.
    ///
    /// - Returns: the file's contents; nil if the file was not opened in time.
    /// - Throws: `JournalError.inUse`.
    func start(_ inbox: Mailbox<Journal.Order>, within milliseconds: Int) throws(JournalError) -> JournalContents? {
        startOpening()
        let end = BootTime.now() + .milliseconds(milliseconds)
        while isOpening, BootTime.now() < end {
            for case .opened(let outcome) in inbox.wait(milliseconds: end.millisecondsAway()) {
                let outcome = outcome.take()
                if case .failure(.inUse(let directory)) = outcome { throw .inUse(directory: directory) }
                takeUp(outcome)
            }
        }
        isStarted = true
        defer { contentsAtStart = nil }
        return contentsAtStart
    }

    /// Serves `inbox` until it gets `stop`, then writes what is pending.
    ///
    /// - Returns: how many events could not be written.
    func run(_ inbox: Mailbox<Journal.Order>) -> Int {
        while !isStopping {
            turn(inbox.wait(milliseconds: nextWake()))
        }
        for reading in readings { reading.refuse() }
        for verification in verifications { verification.reply(nil) }
        insist(on: inbox)
        close()
        return pending.eventCount
    }

    /// One turn: takes the orders, writes, answers, and does a slice of each longer work.
    func turn(_ orders: [Journal.Order]) {
        var queries: [JournalQuery] = []
        var retries: [RetryOrder] = []
        for order in orders { apply(order, &queries, &retries) }
        if isDue(hasQueries: !queries.isEmpty || !retries.isEmpty) { write() }
        goOnFromMemory()
        for retry in retries { putBack(retry) }
        for query in queries { answer(query) }
        serveTargets()
        readOn()
        verifyOn()
        takeCare()
        tellLosses()
        publishStatus()
        asking.take()?.beat()
    }

    /// Retries a failing disk a few times before the process ends, because unwritten events are lost then.
    private func insist(on inbox: Mailbox<Journal.Order>) {
        let end = BootTime.now() + Self.lastPatience
        var next = BootTime.now() + Self.lastPause
        while !pending.isEmpty || isOpening, BootTime.now() < end {
            // Only the result of an opening is expected here. A failed opening answers at once, so the next attempt has
            // to wait for `next`.
            let pause = (isOpening ? end : min(next, end)).millisecondsAway()
            for case .opened(let outcome) in inbox.wait(milliseconds: pause) { takeUp(outcome.take()) }
            guard !isOpening, !pending.isEmpty, next <= BootTime.now() else { continue }
            write()
            next = BootTime.now() + Self.lastPause
        }
        // A thread that still opens a file would use memory that the ending process frees.
        let last = BootTime.now() + Self.lastPatience
        while isOpening, BootTime.now() < last {
            for case .opened in inbox.wait(milliseconds: 200) { isOpening = false }
        }
    }

    /// Closes the file without a log beside it, and with its mark on disk.
    private func close() {
        guard let file, storage == .ok else { return }
        do throws(SQLiteError) {
            try file.store.checkpointAll()
            mark()
            witness.sync()
        } catch {
            refuse(.database(error))
        }
    }

    private func apply(_ order: Journal.Order, _ queries: inout [JournalQuery], _ retries: inout [RetryOrder]) {
        switch order {
        case .record(let entry): accept(entry)
        case .fetch(let target, let request): queues[target]?.request = request
        case .attempt(let target, let events): for event in events { queues[target]?.noteAttempt(of: event) }
        case .attemptEnded(let target, let events): for event in events { queues[target]?.noteReturn(of: event) }
        case .retry(let retry): retries.append(retry)
        case .query(let query): queries.append(query)
        case .limit(let bytes): setLimit(bytes)
        case .opened(let outcome): takeUp(outcome.take())
        case .prove(let pulse): asking = pulse
        case .stop: isStopping = true
        }
    }

    /// A larger limit may be all that a full journal needs, so the disk is tried again now.
    private func setLimit(_ bytes: Int64) {
        setup.limit = bytes
        do throws(SQLiteError) { try file?.store.setLimit(bytes) } catch { return refuse(.database(error)) }
        if retryAt != nil { retryAt = .now() }
    }

    /// Milliseconds until there is work without an order; nil: there is none.
    func nextWake() -> Int? {
        guard readings.isEmpty else { return 0 }
        // Verification leaves the processor to other threads between two slices.
        if !verifications.isEmpty { return 2 }
        let flush = pending.isEmpty ? nil : flushAt
        return ([retryAt ?? flush] + (storage == .ok ? care.deadlines : [])).compactMap { $0 }.min()?.millisecondsAway()
    }

    // MARK: Status

    func status() -> JournalStatus {
        let listed = setup.targets.compactMap { queues[$0] }
        return JournalStatus(
            storage: storage, bytes: file?.directory.bytesUsed ?? 0,
            queues: listed.map { .init(target: $0.target, queued: $0.queued, rejected: $0.rejected) },
            open: open.count, historyFrom: care.historyFrom, daysLeft: care.daysLeft)
    }

    private func publishStatus() {
        let now = status()
        guard now != published else { return }
        published = now
        report(.status(now))
    }
}
