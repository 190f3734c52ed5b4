// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Synchronization

/// The booth's memory: an append-only log of events, a queue for each target, and what a restart must know.
///
/// One thread owns the file. Whatever waits for it is one transaction and one sync. Every call here but `open` returns
/// at once; answers come to the closure given to `open`, on the journal's thread.
package final class Journal: Sendable {
    /// What the journal's thread is asked.
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

    /// What a journal is made of.
    package struct Setup: Sendable {
        /// The state directory; made with mode 0700 where it is missing.
        package var directory: String
        /// A file in memory, such as below /run, for a second mark of how far the journal had come; nil: none.
        package var markInMemory: String?
        /// Every configured target, in order.
        package var targets: [TargetID]
        /// Most bytes of the database file and its write-ahead log.
        package var limit: Int64
        /// So long what is settled and closed is kept.
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

    /// So long a start waits for the file. After that the booth goes into service without it.
    private static let patience = 900

    /// Starts the journal, and waits until its file is open or refuses, a second at most.
    ///
    /// A disk that refuses is no error: entries are held in memory and sent from there, the status says so, and
    /// `JournalReport.contents` tells what the file remembers once it could be opened.
    ///
    /// - Parameter report: called on the journal's thread; must not block.
    /// - Returns: the running journal, and what a restart finds in it; nil where no file could be opened yet.
    /// - Throws: `JournalError.inUse` when another agent has the directory, `SystemError` when the system has no thread or
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

    /// Writes one entry; `JournalReport.recorded` tells when it is synced.
    package func record(_ entry: JournalEntry) { inbox.post(.record(entry)) }

    /// Notes what `target` is ready to send; answered by `JournalReport.batch`, at once or when there is something.
    package func fetch(_ request: FetchRequest, for target: TargetID) { inbox.post(.fetch(target, request)) }

    /// Notes that `target` begins to send these.
    package func noteAttempt(of events: [EventID], by target: TargetID) { inbox.post(.attempt(target, events)) }

    /// Notes that these came back from an attempt without the platform taking them.
    package func noteReturn(of events: [EventID], by target: TargetID) { inbox.post(.attemptEnded(target, events)) }

    /// Asks the file.
    package func ask(_ query: JournalQuery) { inbox.post(.query(query)) }

    /// Puts what targets refused back into their queues: with its old place in the sequence and the same body.
    ///
    /// - Parameters:
    ///   - event: of which every target's refusal is undone; nil: of all events.
    ///   - answer: called on the journal's thread with what was put back, synced; nil where the disk refuses, and then
    ///     nothing was.
    package func retry(
        _ event: EventID?, answer: @escaping @Sendable ([(target: TargetID, event: EventID)]?) -> Void
    ) {
        inbox.post(.retry(RetryOrder(event: event, answer: answer)))
    }

    /// Lets the files take so many bytes from now on.
    package func setLimit(_ limit: Int64) { inbox.post(.limit(limit)) }

    /// Asks the thread to prove that it goes round.
    package func prove(_ pulse: Pulse) { inbox.post(.prove(pulse)) }

    /// How a journal ended.
    package enum Ending: Sendable, Hashable {
        /// Everything is on disk.
        case complete
        /// The disk refused to the last: so many events are lost with this process.
        case abandoned(events: Int)
        /// It still writes.
        case unfinished
    }

    /// Writes whatever waits, closes the file and gives the directory up.
    ///
    /// - Parameter milliseconds: how long to wait for that.
    @discardableResult
    package func stop(within milliseconds: Int) -> Ending {
        inbox.post(.stop)
        guard thread.join(milliseconds: milliseconds) else { return .unfinished }
        let abandoned = lastWord.abandoned.load(ordering: .acquiring)
        return abandoned == 0 ? .complete : .abandoned(events: abandoned)
    }

    /// What the thread leaves behind: how many events it could not write.
    private final class LastWord: Sendable {
        let abandoned = Atomic(0)
    }
}
