// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import SQLite
import Testing

@testable import BoothJournal

/// A journal in a directory of its own, and what it reports.
final class OpenJournal {
    let directory: String
    let reports: Mailbox<JournalReport>
    private(set) var journal: Journal
    /// What the start found; nil: no file could be opened yet.
    private(set) var found: JournalContents?
    private var kept: [JournalReport] = []
    private var setup: Journal.Setup
    private var ids = EventIDGenerator(after: 0)
    static let targets: [TargetID] = ["police", "grid"]

    /// - Parameter tellsLoss: whether the loss that a new journal begins with is told, and answered, at once.
    init(limit: Int64 = 64 << 20, tellsLoss: Bool = true) throws {
        var template = Array("/tmp/boothd-journal-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        let reports = try Mailbox<JournalReport>()
        self.reports = reports
        setup = Journal.Setup(directory: directory, targets: Self.targets, limit: limit)
        (journal, found) = try Journal.open(setup, report: { reports.post($0) })
        if tellsLoss { try tellLoss() }
    }

    /// What the start found.
    var contents: JournalContents {
        get throws { try #require(found, "no file was opened") }
    }

    /// Tells the targets of what they lost, as the core does, and has them answer.
    func tellLoss() throws {
        let losses = try self.await { if case .lost(let losses) = $0 { losses } else { nil } }
        // Older than whatever a test makes.
        let event = JournalEntry.Event(
            id: EventID(key: 1, random: 1), type: .loss, priority: .help, event: CloudEvent(json: "{}"),
            recipients: Self.targets.filter { losses[$0] != nil })
        journal.record(JournalEntry(events: [event], tellsOfLoss: true))
        for target in event.recipients { settle(event.id, by: target) }
        _ = try queues()
        _ = reports.take()
        kept = []
    }

    deinit {
        journal.stop(within: 5000)
        removeDirectory()
    }

    /// Stops and opens again.
    func reopen() throws {
        journal.stop(within: 5000)
        let reports = self.reports
        _ = reports.take()
        kept = []
        (journal, found) = try Self.whenFree { try Journal.open(self.setup, report: { reports.post($0) }) }
    }

    /// A program that another test is just starting holds a copy of the directory's lock until it is executed.
    static func whenFree<Opened>(_ open: () throws -> Opened) throws -> Opened {
        let deadline = BootTime.now() + .seconds(10)
        while true {
            do {
                return try open()
            } catch JournalError.inUse where BootTime.now() < deadline {
                continue
            }
        }
    }

    /// Stops the journal, changes its file behind its back, and opens it again.
    func reopen(after change: (String) throws -> Void) throws {
        journal.stop(within: 5000)
        try change("\(directory)/journal.sqlite")
        try reopen()
    }

    /// A writer that nobody else runs, on the directory that the journal has left.
    func writer(limit: Int64 = 1 << 20) throws -> JournalWriter {
        try Self.whenFree {
            let writer = JournalWriter(
                Journal.Setup(directory: self.directory, targets: Self.targets, limit: limit), report: { _ in })
            try writer.openNow()
            return writer
        }
    }

    /// The file, which the journal has left.
    func store() throws -> JournalStore {
        try JournalStore(
            path: "\(directory)/journal.sqlite", vfs: "boothd-checked-default", limit: 1 << 20, generation: 1)
    }

    /// An event for `recipients`, not recorded yet.
    func event(_ priority: Priority = .routine, to recipients: [TargetID] = ["police"], filler: Int = 0)
        -> JournalEntry.Event
    {
        let id = ids.next(wallMilliseconds: 1_795_449_600_000)
        let json = CloudEvent(json: "{\"id\":\"\(id)\",\"filler\":\"\(String(repeating: "x", count: filler))\"}")
        return JournalEntry.Event(
            id: id, type: .incidentRaised, priority: priority, event: json, recipients: recipients)
    }

    @discardableResult
    func record(_ priority: Priority = .routine, to recipients: [TargetID] = ["police"]) -> EventID {
        let event = event(priority, to: recipients)
        journal.record(JournalEntry(events: [event]))
        return event.id
    }

    func settle(
        _ event: EventID, by target: TargetID = "police", _ outcome: JournalEntry.Settlement.Outcome = .accepted
    ) {
        journal.record(
            JournalEntry(settlements: [.init(target: target, event: event, outcome: outcome)], canBeToldAgain: true))
    }

    /// The first report that `pick` makes something of; fails after ten seconds without.
    func await<Value>(_ pick: (JournalReport) -> Value?) throws -> Value {
        let deadline = BootTime.now() + .seconds(10)
        while true {
            while !kept.isEmpty {
                if let value = pick(kept.removeFirst()) { return value }
            }
            try #require(BootTime.now() < deadline, "the journal reported nothing of the kind")
            kept = reports.wait(milliseconds: deadline.millisecondsAway())
        }
    }

    /// Asks for a batch and waits for it.
    func fetch(_ limit: Int, for target: TargetID = "police", number: Int = 1, helpAfter: EventID? = nil) throws
        -> [QueuedEvent]
    {
        journal.fetch(FetchRequest(number: number, limit: limit, onlyHelpAfter: helpAfter), for: target)
        return try batch(number)
    }

    func batch(_ number: Int) throws -> [QueuedEvent] {
        try self.await { if case .batch(_, number, let batch) = $0 { batch } else { nil } }
    }

    /// The status after everything asked so far.
    func queues() throws -> [QueueListing] {
        let answer = try Mailbox<[QueueListing]>()
        journal.ask(.queues(limit: 1000) { answer.post($0) })
        return try #require(answer.wait(milliseconds: 10_000).first)
    }

    func incidents(all: Bool = true) throws -> [Incident] {
        try ask { reply in .incidents(all: all) { reply($0 ?? []) } }
    }

    /// What the journal replies to the question that `make` makes with the closure to call.
    func ask<Answer: Sendable>(_ make: (@escaping @Sendable (Answer) -> Void) -> JournalQuery) throws -> Answer {
        let answer = try Mailbox<Answer>()
        journal.ask(make { answer.post($0) })
        return try #require(answer.wait(milliseconds: 10_000).first)
    }

    /// What was put back, as `target event`; nil where the disk refused.
    func retry(_ event: EventID?) throws -> [String]? {
        let answer = try Mailbox<[String]?>()
        journal.retry(event) { back in answer.post(back?.map { "\($0.target) \($0.event)" }) }
        return try #require(answer.wait(milliseconds: 10_000).first)
    }

    /// Asks the file to take more than a limit of 1 MiB has room for.
    func fill() throws {
        journal.record(JournalEntry(events: [event(to: [], filler: 1_000_000)]))
        _ = try self.await { if case .status(let status) = $0, case .full = status.storage { true } else { nil } }
    }

    /// An id made at that time, or just after the one before it.
    func id(at milliseconds: Int64 = 1_795_449_600_000) -> EventID { ids.next(wallMilliseconds: milliseconds) }

    /// What the write-ahead log takes on disk.
    func walBytes() throws -> Int? {
        var status = stat()
        return stat("\(directory)/journal.sqlite-wal", &status) == 0 ? Int(status.st_size) : nil
    }

    func recentEvents() throws -> [String] {
        let answer = try Mailbox<[String]>()
        journal.ask(.recentEvents(limit: 100) { answer.post(($0 ?? []).map(\.event.json)) })
        return try #require(answer.wait(milliseconds: 10_000).first)
    }

    private func removeDirectory() {
        guard let listing = opendir(directory) else { return }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(directory)/\(name)")
        }
        closedir(listing)
        rmdir(directory)
    }
}

extension Connection {
    /// A connection that writes what the journal takes for its own: pages with their checksums.
    static func toJournal(_ path: String) throws -> Connection {
        try CheckedPages.register(name: "boothd-checked-default")
        return try Connection(path: path, vfs: "boothd-checked-default")
    }
}

extension QueuedEvent {
    /// The count of its sequence.
    var count: Int { Int(sequence.suffix(14)) ?? 0 }
}
