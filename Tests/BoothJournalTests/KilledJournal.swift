// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import SQLite
import Synchronization
import Testing

@testable import BoothJournal

/// A journal that a test drives turn by turn, and ends without a word, as `kill -9` does.
final class KilledJournal {
    let directory: String
    /// What one start and its end leave in memory: the second mark.
    let markInMemory: String?
    private(set) var writer: JournalWriter?
    /// What was reported since it was last asked.
    private let reports: Mailbox<JournalReport>
    private let inbox: Mailbox<Journal.Order>
    private let counter = Counter()

    /// How often a file was opened, or could not be.
    private final class Counter: Sendable {
        let openings = Atomic(0)
    }
    private var ids = EventIDGenerator(after: 0)
    private var number = 0
    /// Every sequence that was ever given to a target, with the event that it named.
    private(set) var given: [String: EventID] = [:]
    /// Sequences that named a second event.
    private(set) var reused: [String] = []
    var limit: Int64 = 64 << 20
    var keep = Duration.seconds(400 * 86_400)
    /// The file system layer below; nil: SQLite's default one.
    var vfs: String?
    /// What a file that was opened late remembers.
    private(set) var contents: JournalContents?
    private var wall: Int64 = 1_795_449_600_000

    static let targets: [TargetID] = ["police", "grid"]

    init(remembersInMemory: Bool = false) throws {
        var template = Array("/tmp/boothd-killed-XXXXXX".utf8CString)
        let root = try #require(mkdtemp(&template).map { String(cString: $0) })
        directory = root + "/state"
        markInMemory = remembersInMemory ? root + "/journal.mark" : nil
        reports = try Mailbox()
        inbox = try Mailbox()
    }

    deinit {
        writer = nil
        _ = system("rm -rf '\(directory.dropLast(6))'")
    }

    var journal: String { "\(directory)/journal.sqlite" }

    /// Starts it, and tells the losses that it reports, as the core does.
    ///
    /// - Returns: what it remembers; nil where no file could be opened.
    @discardableResult
    func start(tellsLoss: Bool = true) throws -> JournalContents? {
        let (reports, inbox, counter) = (reports, inbox, counter)
        _ = inbox.take()
        let setup = Journal.Setup(
            directory: directory, markInMemory: markInMemory, targets: Self.targets, limit: limit, keep: keep, vfs: vfs)
        let contents: JournalContents? = try OpenJournal.whenFree {
            let writer = JournalWriter(
                setup,
                post: { order in
                    counter.openings.add(1, ordering: .relaxed)
                    inbox.post(order)
                }, report: { reports.post($0) })
            let contents = try writer.start(inbox, within: 5000)
            self.writer = writer
            return contents
        }
        turn()
        if tellsLoss { tellLosses() }
        return contents
    }

    /// Ends the process that ran it: nothing is written any more.
    func kill() { writer = nil }

    /// One round of the journal's thread, with what another thread has opened meanwhile.
    func turn(_ orders: [Journal.Order] = []) {
        writer?.turn(inbox.take() + orders)
    }

    /// Rounds until `condition` holds; fails after ten seconds.
    func turn(until condition: () -> Bool) throws {
        let end = BootTime.now() + .seconds(10)
        while !condition() {
            try #require(BootTime.now() < end, "the journal did not come to it")
            writer?.turn(inbox.wait(milliseconds: min(20, writer?.nextWake() ?? 20)))
        }
    }

    /// Waits for a file that another thread opens, and takes it up in one round, in which `fail` lets the disk fail.
    func takeUpFile(while fail: () -> Void) throws {
        let end = BootTime.now() + .seconds(10)
        while true {
            try #require(BootTime.now() < end, "no file was opened")
            let orders = inbox.wait(milliseconds: min(20, writer?.nextWake() ?? 20))
            let isOpened = orders.contains { if case .opened = $0 { true } else { false } }
            if isOpened { fail() }
            writer?.turn(orders)
            if isOpened { return }
        }
    }

    /// Ends it as the agent does.
    ///
    /// - Returns: how often it had a file opened meanwhile.
    func stop() -> Int {
        let before = counter.openings.load(ordering: .relaxed)
        inbox.post(.stop)
        _ = writer?.run(inbox)
        writer = nil
        return counter.openings.load(ordering: .relaxed) - before
    }

    /// What each target lost, as it was reported since the last call.
    @discardableResult
    func takeLosses() -> [TargetID: Loss] {
        var losses: [TargetID: Loss] = [:]
        for report in reports.take() {
            if case .lost(let some) = report { losses.merge(some) { _, new in new } }
            if case .contents(let contents) = report { self.contents = contents }
        }
        return losses
    }

    /// Asks the file to take more than a limit of 1 MiB has room for.
    func fill() { _ = record(.routine, filler: 1_000_000) }

    /// Lets time pass for the ids.
    func pass(days: Int64) { wall += days * 86_400_000 }

    /// Has the losses told by an event, as the core does.
    @discardableResult
    func tellLosses() -> [TargetID: Loss] {
        let losses = takeLosses()
        guard !losses.isEmpty else { return losses }
        let id = ids.next(wallMilliseconds: wall)
        let event = JournalEntry.Event(
            id: id, type: .loss, priority: .help,
            event: CloudEvent(json: "{\"id\":\"\(id)\",\"type\":\"cn.boothd.loss.v1\"}"),
            recipients: Self.targets.filter { losses[$0] != nil })
        turn([.record(JournalEntry(events: [event], tellsOfLoss: true))])
        return losses
    }

    /// Records an event for both targets.
    @discardableResult
    func record(_ priority: Priority = .help, filler: Int = 0, incident: Incident? = nil) -> EventID {
        let id = ids.next(wallMilliseconds: wall)
        let text = String(repeating: "x", count: filler)
        let event = JournalEntry.Event(
            id: id, type: .incidentRaised, priority: priority,
            event: CloudEvent(json: "{\"id\":\"\(id)\",\"filler\":\"\(text)\"}"), recipients: Self.targets)
        turn([.record(JournalEntry(events: [event], incidents: incident.map { [$0] } ?? []))])
        return id
    }

    /// What a target is given, most urgent first; each sequence is noted.
    func fetch(_ limit: Int = 1000, for target: TargetID = "police") -> [QueuedEvent] {
        number += 1
        turn([.fetch(target, FetchRequest(number: number, limit: limit))])
        var batch: [QueuedEvent] = []
        for report in reports.take() {
            if case .batch(_, number, let events) = report { batch = events }
            if case .contents(let contents) = report { self.contents = contents }
        }
        for event in batch {
            let key = "\(target) \(event.sequence)"
            if let known = given.updateValue(event.id, forKey: key), known != event.id { reused.append(key) }
        }
        return batch
    }

    func settle(_ event: EventID, by target: TargetID = "police") {
        let settlement = JournalEntry.Settlement(target: target, event: event, outcome: .accepted)
        turn([.record(JournalEntry(settlements: [settlement], canBeToldAgain: true))])
    }

    /// The bytes of a file.
    func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        try #require(fread(&bytes, 1, bytes.count, file) == bytes.count)
        return bytes
    }
}

/// Changes one byte of a file.
func flip(_ path: String, at offset: Int) throws {
    let file = try #require(fopen(path, "r+"))
    defer { fclose(file) }
    fseek(file, offset, SEEK_SET)
    let byte = fgetc(file)
    fseek(file, offset, SEEK_SET)
    fputc(byte ^ 0x5A, file)
}
