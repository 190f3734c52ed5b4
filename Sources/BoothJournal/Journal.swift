// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Synchronization

/// The booth's persistent store: an append-only log of events, a queue for each target, and the state that a restart
/// needs.
///
/// One thread owns the file. It commits all entries that wait as one transaction with one sync. Every function here
/// except `open` and `stop` returns at once. Answers come on the journal's thread, to the closure given to `open` or to
/// the call's own closure.
package final class Journal: Sendable {
    enum Order: Sendable {
        case record(JournalEntry)
        case fetch(TargetID, FetchRequest)
        case attempt(TargetID, [EventID])
        case attemptEnded(TargetID, [EventID])
        case retry(RetryOrder)
        case query(JournalQuery)
        case limit(Int64)
        case opened(Handover<Result<OpenedJournal, JournalError>>)
        case prove(Pulse)
        case stop
    }

    private let inbox: Mailbox<Order>
    private let lastWord: LastWord
    private let thread: WorkerThread

    /// The settings of a journal.
    package struct Setup: Sendable {
        /// The state directory. It is made with mode 0700 if it does not exist.
        package var directory: String
        /// Path of the second mark, on a memory file system such as /run; nil: no second mark.
        package var markInMemory: String?
        /// Every configured target, in order.
        package var targets: [TargetID]
        /// The most bytes that the database file and its write-ahead log may take together.
        package var limit: Int64
        /// How long settled events and closed incidents are kept.
        package var keep: Duration
        /// The name of the file system layer below SQLite; nil: the default one.
        package var vfs: String?

        package init(
            directory: String, markInMemory: String? = nil, targets: [TargetID], limit: Int64,
            keep: Duration = .seconds(400 * 86_400), vfs: String? = nil
        ) {
            self.directory = directory
            self.markInMemory = markInMemory
            self.targets = targets
            self.limit = limit
            self.keep = keep
            self.vfs = vfs
        }
    }

    /// Milliseconds that a start waits for the file. After that the booth goes into service without it.
    private static let patience = 900

    /// Starts the journal, and waits at most about a second until its file is open or the opening failed.
    ///
    /// A failing disk is not an error here. Entries are then held in memory and sent from there, and the status says
    /// so. `JournalReport.contents` brings the file's contents once the file could be opened.
    ///
    /// - Parameter report: called on the journal's thread; must not block.
    /// - Returns: the running journal, and the contents of its file; nil if the file is not open yet.
    /// - Throws: `JournalError.inUse` if another agent owns the directory, `SystemError` if the system has no thread or
    ///   descriptor left.
    package static func open(
        _ setup: Setup, report: @escaping @Sendable (JournalReport) -> Void
    ) throws -> (journal: Journal, contents: JournalContents?) {
        let inbox = try Mailbox<Order>()
        let opening = try Mailbox<Result<JournalContents?, JournalError>>()
        let lastWord = LastWord()
        let thread = try WorkerThread(name: "journal") {
            let writer = JournalWriter(setup, post: { inbox.post($0) }, report: report)
            do throws(JournalError) {
                let contents = try writer.start(inbox, within: patience)
                opening.post(.success(contents))
                lastWord.abandoned.store(writer.run(inbox), ordering: .releasing)
            } catch {
                opening.post(.failure(error))
            }
        }
        guard let outcome = opening.wait().first else { throw SystemError("open the journal") }
        return (Journal(inbox: inbox, lastWord: lastWord, thread: thread), try outcome.get())
    }

    private init(inbox: Mailbox<Order>, lastWord: LastWord, thread: WorkerThread) {
        self.inbox = inbox
        self.lastWord = lastWord
        self.thread = thread
    }

    /// Writes one entry; `JournalReport.recorded` reports when it is synced.
    package func record(_ entry: JournalEntry) { inbox.post(.record(entry)) }

    /// Notes which events `target` can send; answered by `JournalReport.batch`, at once or when there are such events.
    package func fetch(_ request: FetchRequest, for target: TargetID) { inbox.post(.fetch(target, request)) }

    /// Notes that `target` begins to send these events.
    package func noteAttempt(of events: [EventID], by target: TargetID) { inbox.post(.attempt(target, events)) }

    /// Notes that an attempt to send these events ended, and that the platform did not accept them.
    package func noteReturn(of events: [EventID], by target: TargetID) { inbox.post(.attemptEnded(target, events)) }

    /// Sends a query to the journal's thread.
    package func ask(_ query: JournalQuery) { inbox.post(.query(query)) }

    /// Puts refused events back into the queues of their targets, with their old sequences and bodies.
    ///
    /// - Parameters:
    ///   - event: the event to retry, at every target that refused it; nil: all refused events.
    ///   - answer: called on the journal's thread with the events that were put back, after the sync; nil if the disk
    ///     failed and nothing was put back.
    package func retry(
        _ event: EventID?, answer: @escaping @Sendable ([(target: TargetID, event: EventID)]?) -> Void
    ) {
        inbox.post(.retry(RetryOrder(event: event, answer: answer)))
    }

    /// Sets the most bytes that the files may take from now on.
    package func setLimit(_ limit: Int64) { inbox.post(.limit(limit)) }

    /// Asks the thread for a sign of life.
    package func prove(_ pulse: Pulse) { inbox.post(.prove(pulse)) }

    /// How a journal ended.
    package enum Ending: Sendable, Hashable {
        /// Everything is on disk.
        case complete
        /// The disk failed until the end: this many events are lost with the process.
        case abandoned(events: Int)
        /// The thread is still writing.
        case unfinished
    }

    /// Writes all entries that wait, closes the file and releases the directory.
    ///
    /// - Parameter milliseconds: how long to wait for the thread to end.
    @discardableResult
    package func stop(within milliseconds: Int) -> Ending {
        inbox.post(.stop)
        guard thread.join(milliseconds: milliseconds) else { return .unfinished }
        let abandoned = lastWord.abandoned.load(ordering: .acquiring)
        return abandoned == 0 ? .complete : .abandoned(events: abandoned)
    }

    /// The thread's result: how many events it could not write.
    private final class LastWord: Sendable {
        let abandoned = Atomic(0)
    }
}
