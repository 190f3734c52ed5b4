// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothJournal
import BoothModel
import Synchronization

/// The real journal in a directory, with a witness that notes everything said and heard. Only this type calls the
/// journal.
package final class TestedJournal {
    /// The journal did not do what it promises, or not in time.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        init(_ what: String) { description = what }
    }

    package static let targets: [TargetID] = ["police", "grid"]
    /// Files of the state directory that are not SQLite's.
    static let otherFiles = [
        "journal.mark", "journal.reserve", "journal.sqlite.salvage", "journal.sqlite-wal.renewed",
    ]

    package let book: Book
    private let journal: Journal
    /// The contents of the file when it was opened; nil until one was opened.
    package private(set) var contents: JournalContents?
    /// Events that reported losses, in the order in which they were handed over.
    package private(set) var told: [JournalEntry.Event] = []
    private let reports: Mailbox<JournalReport>
    private var kept: [JournalReport] = []
    private var requests = 0
    /// How long one answer may take on a busy machine; a full or failing disk is retried after a second.
    private let patience: Duration
    /// The storage state reported last.
    package private(set) var storage: StorageState
    /// How often a failing disk was reported.
    package private(set) var refusals = 0

    /// - Parameter markInMemory: the path of the second mark; nil: there is none.
    /// - Throws: the errors of `Journal.open`.
    package init(
        directory: String, markInMemory: String? = nil, limit: Int64, keep: Duration = .seconds(400 * 86_400),
        book: Book, patience: Duration = .seconds(30)
    ) throws {
        self.book = book
        self.patience = patience
        let reports = try Mailbox<JournalReport>()
        self.reports = reports
        let setup = Journal.Setup(
            directory: directory, markInMemory: markInMemory, targets: Self.targets, limit: limit, keep: keep)
        book.note(.opened)
        (journal, contents) = try Journal.open(
            setup,
            report: { report in
                Self.note(report, in: book)
                reports.post(report)
            })
        storage = contents?.status.storage ?? .fault(Message(zh: "", en: "no file is open"))
    }

    /// Notes a report on the journal's thread, before anybody else gets it.
    private static func note(_ report: JournalReport, in book: Book) {
        switch report {
        case .recorded(let events): for event in events { book.note(.recorded(event: "\(event.id)")) }
        case .batch(let target, _, let events):
            for event in events {
                book.note(
                    .given(
                        target: target.rawValue, sequence: event.sequence, event: "\(event.id)",
                        body: fingerprint(event.body)))
            }
        case .lost(let losses):
            for (target, loss) in losses.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                book.note(
                    .lost(
                        target: target.rawValue, reason: loss.reason.rawValue, from: loss.from, to: loss.to,
                        count: (loss.count ?? [:]).values.reduce(0, +)))
            }
        case .status, .contents, .renewed: break
        }
    }

    /// FNV-1a: the same text gives the same number in each run.
    private static func fingerprint(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Reports losses as the agent does: an event tells each target of its loss; targets with the same loss share one
    /// event.
    private func tell(_ losses: [TargetID: Loss]) {
        var rest = Self.targets.filter { losses[$0] != nil }
        while let first = rest.first, let loss = losses[first] {
            let recipients = rest.filter { losses[$0] == loss }
            rest.removeAll(where: recipients.contains)
            // Not 0: SQLite reads any text as 0, and a changed id must show.
            let id = EventID(key: max(contents?.lastKey ?? 0, book.highestKey) &+ 1, random: 0x5EED)
            let event = SampleEvent.loss(loss, id: id).entryEvent(for: recipients)
            for target in recipients { book.note(.telling(target: target.rawValue, event: "\(id)")) }
            told.append(event)
            record(JournalEntry(events: [event], tellsOfLoss: true))
        }
    }

    /// Takes the reports that came; reports losses.
    package func absorb() { receive(reports.take()) }

    private func receive(_ new: [JournalReport]) {
        for report in new {
            switch report {
            case .status(let status):
                storage = status.storage
                if storage != .ok { refusals += 1 }
            case .lost(let losses): tell(losses)
            case .contents(let found), .renewed(let found): contents = found
            case .recorded, .batch: break
            }
        }
        kept += new
    }

    /// The file's contents; waits until it was opened.
    package func awaitContents() throws -> JournalContents {
        absorb()
        if let contents { return contents }
        return try self.await("contents") { if case .contents(let contents) = $0 { contents } else { nil } }
    }

    /// Waits until every known loss was reported.
    package func awaitTold() throws {
        var before: Int
        repeat {
            before = told.count
            // Losses are reported at the end of the turn that answers this. So the second answer comes after them.
            _ = try isRecorded()
            _ = try isRecorded()
            absorb()
        } while told.count != before
    }

    // MARK: Orders

    /// Hands an entry to the journal, and notes its content.
    package func record(_ entry: JournalEntry) {
        let event = entry.events.first.map { "\($0.id)" }
        for event in entry.events {
            book.note(
                .submitted(
                    event: "\(event.id)", key: event.id.key, priority: event.priority.rawValue,
                    targets: event.recipients.map(\.rawValue)))
        }
        for settlement in entry.settlements {
            book.note(
                .answered(
                    target: settlement.target.rawValue, event: "\(settlement.event)",
                    accepted: settlement.outcome == .accepted))
        }
        for incident in entry.incidents {
            note(.incident, "\(incident.id)", incident.count, ended: !incident.isOpen, event)
        }
        for point in entry.points { note(.point, point.point.rawValue, point.counter?.value ?? 0, event) }
        for task in entry.tasks { note(.task, task.id, task.answers, event) }
        if let memory = entry.memory { note(.memory, "booth", Int(memory.syncedBoot ?? "") ?? 0, event) }
        journal.record(entry)
    }

    private func note(
        _ subject: Note.Subject, _ name: String, _ version: Int, ended: Bool = false, _ event: String?
    ) {
        book.note(.state(subject, name: name, version: version, ended: ended, event: event))
    }

    /// Hands a target's answers to the journal; they need no sync of their own.
    package func settle(_ settlements: [JournalEntry.Settlement]) {
        record(JournalEntry(settlements: settlements, canBeToldAgain: true))
    }

    package func noteAttempt(of events: [EventID], by target: TargetID) { journal.noteAttempt(of: events, by: target) }
    package func noteReturn(of events: [EventID], by target: TargetID) { journal.noteReturn(of: events, by: target) }

    package func setLimit(_ limit: Int64) { journal.setLimit(limit) }

    /// - Returns: whether everything is on disk.
    @discardableResult
    package func stop() -> Bool { journal.stop(within: 20_000) == .complete }

    // MARK: Answers

    /// The first value that `pick` makes of a report.
    @discardableResult
    package func await<Value>(_ what: String, _ pick: (JournalReport) -> Value?) throws -> Value {
        let deadline = BootTime.now() + patience
        while true {
            while !kept.isEmpty {
                if let value = pick(kept.removeFirst()) { return value }
            }
            guard BootTime.now() < deadline else { throw Failure("no \(what) within \(patience)") }
            receive(reports.wait(milliseconds: deadline.millisecondsAway()))
        }
    }

    /// Waits until the journal says that the event is on disk.
    package func awaitRecorded(_ event: EventID) throws {
        try self.await("word that \(event) is recorded") { report in
            if case .recorded(let events) = report, events.contains(where: { $0.id == event }) { true } else { nil }
        }
    }

    /// Waits until the journal says that the event is on disk, or that the disk fails.
    ///
    /// - Returns: whether it is on disk.
    package func awaitOutcome(of event: EventID) throws -> Bool {
        try self.await("word of \(event)") { report in
            switch report {
            case .recorded(let events) where events.contains(where: { $0.id == event }): true
            case .status(let status) where status.storage != .ok: false
            default: nil
            }
        }
    }

    /// Waits until the journal reports that the disk works, or that it does not.
    package func awaitStorage(isWell: Bool) throws {
        try self.await(isWell ? "recovery" : "word of a fault") { report in
            if case .status(let status) = report, (status.storage == .ok) == isWell { true } else { nil }
        }
    }

    /// Whether the journal has reported a failing disk by now.
    package func isInTrouble() throws -> Bool {
        // The status is reported at the end of the turn that answers this.
        _ = try isRecorded()
        _ = try queues()
        absorb()
        return storage != .ok
    }

    /// The head of a target's queue, which must not be empty.
    package func fetch(_ limit: Int, for target: TargetID, except: Set<EventID> = []) throws -> [QueuedEvent] {
        requests += 1
        let number = requests
        journal.fetch(FetchRequest(number: number, limit: limit, except: except), for: target)
        return try self.await("batch for \(target)") { report in
            if case .batch(target, number, let batch) = report { batch } else { nil }
        }
    }

    /// All queues, after everything handed over was written.
    package func queues() throws -> [QueueListing] {
        let listings: [QueueListing] = try ask("queues") { reply in .queues(limit: 1_000_000) { reply($0) } }
        for listing in listings {
            for item in listing.items {
                book.note(
                    .numbered(target: listing.target.rawValue, sequence: item.sequence, event: "\(item.id)"))
            }
        }
        return listings
    }

    /// All incidents; waits for the disk. nil: the disk still fails.
    package func incidents() throws -> [Incident]? {
        let deadline = BootTime.now() + patience
        while true {
            let found: [Incident]? = try ask("incidents") { reply in .incidents(all: true) { reply($0) } }
            guard found == nil, BootTime.now() < deadline else { return found }
            receive(reports.wait(milliseconds: 100))
        }
    }

    /// Whether everything handed over is on disk.
    package func isRecorded() throws -> Bool { try ask("answer") { reply in .recorded { reply($0) } } }

    private func ask<Answer: Sendable>(
        _ what: String, _ make: (@escaping @Sendable (Answer) -> Void) -> JournalQuery
    ) throws -> Answer {
        let answer = try Mailbox<Answer>()
        journal.ask(make { answer.post($0) })
        guard let value = answer.wait(milliseconds: patience.milliseconds32).first else {
            throw Failure("no \(what) within \(patience)")
        }
        return value
    }

    /// - Returns: the events that wait again; nil if the disk fails.
    package func retry(_ event: EventID?) throws -> [(target: TargetID, event: EventID)]? {
        let answer = try Mailbox<[(target: TargetID, event: EventID)]?>()
        let book = book
        journal.retry(event) { back in
            for row in back ?? [] { book.note(.putBack(target: row.target.rawValue, event: "\(row.event)")) }
            answer.post(back)
        }
        guard let back = answer.wait(milliseconds: patience.milliseconds32).first else {
            throw Failure("no answer to retry within \(patience)")
        }
        return back
    }
}

extension Duration {
    fileprivate var milliseconds32: Int { Int(components.seconds) * 1000 }
}
