// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

/// The journal's thread: takes what waits, commits it as one, answers, and feeds the targets.
///
/// It serves without a file as well: while the disk refuses, at the start as later, entries wait in memory and are sent
/// from there. Opening a file, which may mean reading out a damaged one, is another thread's (`JournalWriter+Opening`).
final class JournalWriter {
    var setup: Journal.Setup
    /// Told what there is to tell; before the start is over, what the file remembers goes to whoever waits for it.
    let report: @Sendable (JournalReport) -> Void
    /// Posts an order to this thread's own inbox.
    let post: @Sendable (Journal.Order) -> Void
    let witness: Witness

    /// nil while none could be opened.
    var file: OpenFile?
    /// Whether a thread is opening one.
    var isOpening = false
    /// Whether the core has been given what a file remembers, and what it is given at the start.
    var isRecalled = false
    var contentsAtStart: JournalContents?
    /// Whether the start is over: what is found later is told as a report.
    private(set) var isStarted = false
    var queues: [TargetID: DeliveryQueue]
    /// The generation of the numbers that are given; nil: no file was opened, and none was given.
    var generation: Int64?
    /// Whether numbers of that generation were given that no file knows of.
    var isNumberedFromMemory = false
    /// The last counts that the file knows.
    var written: [TargetID: Int64] = [:]
    /// What each target lost and was not told, and which of it the core was asked to tell.
    var untold: [TargetID: UntoldLoss] = [:]
    var reportedLosses: Set<TargetID> = []
    /// What of it was lost after the core was asked.
    var lostSinceReport: [TargetID: UntoldLoss] = [:]
    /// Of what was lost, what the file knows.
    var writtenUntold: [TargetID: UntoldLoss] = [:]
    /// The events that begin the generation of their targets, and have no number yet.
    var opening = OpeningLosses()
    /// What is not on disk yet, oldest first.
    var pending: [PendingEntry] = []
    /// Incidents as they are shown while something of theirs is on its way; at most those in the batches under way.
    var shown: [EventID: Incident] = [:]
    var storage = StorageState.ok
    /// Incidents not closed, written ones; counted as they open.
    var open: Set<Int64> = []
    /// When to try again after the disk refused.
    var retryAt: BootTime?
    /// When at the latest what can be told again is written.
    var flushAt: BootTime?
    /// Refusals in a row, and the last one.
    var refusals = 0
    var lastRefusal: BootTime?
    /// Whether the disk failed since the file was opened, other than by being full: the next opening writes the log anew.
    var hasFailed = false
    /// Whether the file gave something that cannot be: the next opening looks at all of it.
    var isSuspect = false
    /// Events dropped from memory while the disk refused for long.
    var givenUp = 0
    /// Whether rows were put back by a commit that failed, and may have arrived all the same.
    var hasDoubtfulTallies = false
    /// Histories that are being read, the one at work first.
    var readings: [HistoryReading] = []
    /// Chains that are being verified, the one at work first.
    var verifications: [ChainVerification] = []
    var care = Care()
    private var isStopping = false
    private var published: JournalStatus?
    /// Who asked whether this loop goes round.
    private var asking: Pulse?

    /// The file that is open, and where it lies.
    struct OpenFile {
        let directory: StateDirectory
        let store: JournalStore
        /// When it was made, in nanoseconds since 1970; 0: not known.
        let birth: Int64
    }

    /// So long a failing disk is asked again when the agent stops.
    private static let lastPatience = Duration.seconds(2)
    /// Between two attempts.
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

    /// Has the file opened, and waits for that.
    ///
    /// - Returns: what the file remembers; nil where none could be opened in that time.
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

    /// Serves `inbox` until it is told to stop, then writes what waits.
    ///
    /// - Returns: how many events could not be written to the last.
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

    /// Takes what waits, writes it, and gives everybody what they wait for.
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

    /// A disk that refuses at the very end is asked a few times more: what it takes now is not lost with the process.
    private func insist(on inbox: Mailbox<Journal.Order>) {
        let end = BootTime.now() + Self.lastPatience
        var next = BootTime.now() + Self.lastPause
        while !pending.isEmpty || isOpening, BootTime.now() < end {
            // Nothing is expected but a file. Word of one that cannot be opened comes at once, and is no reason to ask for
            // another at once.
            let pause = (isOpening ? end : min(next, end)).millisecondsAway()
            for case .opened(let outcome) in inbox.wait(milliseconds: pause) { takeUp(outcome.take()) }
            guard !isOpening, !pending.isEmpty, next <= BootTime.now() else { continue }
            write()
            next = BootTime.now() + Self.lastPause
        }
        // A thread that still opens a file when the process ends would use what is being taken apart.
        let last = BootTime.now() + Self.lastPatience
        while isOpening, BootTime.now() < last {
            for case .opened in inbox.wait(milliseconds: 200) { isOpening = false }
        }
    }

    /// Leaves the file whole, without a log beside it, and its mark on disk.
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

    /// A larger limit may be all that a full journal waits for.
    private func setLimit(_ bytes: Int64) {
        setup.limit = bytes
        // A connection that refuses this is opened anew, with the new limit, by the next write.
        if let file, (try? file.store.setLimit(bytes)) == nil { self.file = nil }
        if retryAt != nil { retryAt = .now() }
    }

    /// Milliseconds until there is something to do without being asked; nil: there is nothing.
    func nextWake() -> Int? {
        guard readings.isEmpty else { return 0 }
        // A walk along the chain leaves the processor to others between two slices.
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
