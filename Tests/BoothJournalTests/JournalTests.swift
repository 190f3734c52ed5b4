// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import SQLite
import Testing

@testable import BoothJournal

@Suite("The journal")
struct JournalTests {
    private static let stamp = Stamp(
        Moment(
            boot: BootTime(nanoseconds: 5), wallMilliseconds: 1_795_478_400_000, in: .utc,
            clock: .synced, bootID: "boot"))

    private static func incident(_ booth: OpenJournal) -> Incident {
        Incident(
            id: booth.event().id, opening: booth.event().id, point: "help-1",
            classification: Classification(.help, .police, .help), opened: stamp, targets: ["police"])
    }

    @Test("gives back after a restart what was recorded: incidents, points, the last id")
    func restart() throws {
        let booth = try OpenJournal()
        var incident = Self.incident(booth)
        let memory = PointMemory(point: "help-1", state: .active, since: Self.stamp)
        booth.journal.record(JournalEntry(events: [booth.event()], incidents: [incident], points: [memory]))
        incident.count = 2
        booth.journal.record(JournalEntry(incidents: [incident], canBeToldAgain: true))
        try booth.reopen()
        #expect(try booth.contents.incidents == [incident])
        #expect(try booth.contents.points == [memory])
        #expect(try booth.contents.lastKey > incident.id.key)
        #expect(try booth.contents.status.open == 1)
    }

    @Test("says that an event is recorded only once another connection can read it")
    func recordedFirst() throws {
        let booth = try OpenJournal()
        let id = booth.record(.help)
        let recorded = try booth.await { if case .recorded(let events) = $0 { events } else { nil } }
        #expect(recorded.map(\.id) == [id])
        let reader = try Connection(path: "\(booth.directory)/journal.sqlite", access: .readOnly)
        #expect(try reader.integer("SELECT count(*) FROM event WHERE key = \(id.key)") == 1)
    }

    @Test("moves a long write-ahead log into the file")
    func checkpoint() throws {
        let booth = try OpenJournal()
        for _ in 0..<40 { booth.journal.record(JournalEntry(events: [booth.event(filler: 64 << 10)])) }
        // Answered a round after the last of them was written, and so after the log was moved.
        for _ in 0..<2 { _ = try booth.queues() }
        var status = stat()
        #expect(stat("\(booth.directory)/journal.sqlite", &status) == 0)
        #expect(status.st_size > 1 << 20)
    }

    @Test("refuses a second agent on the same directory, and lets it in after the first has gone")
    func exclusive() throws {
        let booth = try OpenJournal()
        #expect(throws: JournalError.inUse(directory: booth.directory)) {
            try Journal.open(
                Journal.Setup(directory: booth.directory, targets: ["police"], limit: 1 << 20), report: { _ in })
        }
        try booth.reopen()
    }

    @Test("never takes a queue that it cannot read for an empty one: that is a fault")
    func unreadableQueue() throws {
        let booth = try OpenJournal()
        booth.record(.help)
        _ = try booth.queues()
        // As unreadable as a page that was lost, and as easily mended.
        let other = try Connection(path: "\(booth.directory)/journal.sqlite")
        try other.execute("ALTER TABLE delivery RENAME TO hidden")
        booth.journal.fetch(FetchRequest(number: 1, limit: 10), for: "police")
        _ = try booth.await { if case .status(let status) = $0, case .fault = status.storage { true } else { nil } }
        try other.execute("ALTER TABLE hidden RENAME TO delivery")
        #expect(try booth.batch(1).count == 1)
    }

    @Test("rests while the disk refuses, also where a checkpoint was about to be made")
    func restsWhileFull() throws {
        let booth = try OpenJournal()
        booth.journal.stop(within: 5000)
        let writer = try booth.writer()
        writer.turn([.record(JournalEntry(events: [booth.event()]))])
        writer.turn([.record(JournalEntry(events: [booth.event(filler: 1_000_000)]))])
        #expect(writer.storage != .ok)
        // One sleep as the writer sleeps it: to what was due first, which was the checkpoint.
        let inbox = try Mailbox<Journal.Order>()
        writer.turn(inbox.wait(milliseconds: writer.nextWake()))
        #expect(try #require(writer.nextWake()) > 0)
    }

    @Test("says what it could not write when it is stopped on a full disk, and a larger limit lets it write")
    func stopped() throws {
        let booth = try OpenJournal(limit: 1 << 20)
        booth.journal.record(JournalEntry(events: [booth.event(to: [], filler: 1_000_000)]))
        _ = try booth.await { if case .status(let status) = $0, case .full = status.storage { true } else { nil } }
        #expect(booth.journal.stop(within: 5000) == .abandoned(events: 1))
        try booth.reopen()
        booth.journal.record(JournalEntry(events: [booth.event(to: [], filler: 1_000_000)]))
        _ = try booth.await { if case .status(let status) = $0, case .full = status.storage { true } else { nil } }
        booth.journal.setLimit(16 << 20)
        #expect(booth.journal.stop(within: 5000) == .complete)
    }

    @Test("shows what is on its way and does not write it")
    func transient() throws {
        let booth = try OpenJournal()
        var incident = Self.incident(booth)
        booth.journal.record(JournalEntry(events: [booth.event()], incidents: [incident]))
        _ = try booth.queues()
        let bytes = try #require(try booth.walBytes())
        incident.targets[0].delivery = .sent
        for _ in 0..<100 {
            booth.journal.record(JournalEntry(incidents: [incident], canBeToldAgain: true, isTransient: true))
        }
        #expect(try booth.incidents() == [incident])
        #expect(try booth.walBytes() == bytes)
        incident.targets[0].delivery = .accepted
        booth.journal.record(JournalEntry(incidents: [incident], canBeToldAgain: true))
        #expect(try booth.incidents() == [incident])
        try booth.reopen()
        #expect(try booth.contents.incidents == [incident])
    }

    @Test("names what waits for a target that is no longer configured")
    func orphans() throws {
        let booth = try OpenJournal()
        booth.record(.help)
        booth.journal.stop(within: 5000)
        let (other, contents) = try OpenJournal.whenFree {
            try Journal.open(
                Journal.Setup(directory: booth.directory, targets: ["police-main"], limit: 1 << 20), report: { _ in })
        }
        #expect(contents?.orphans == [.init(target: "police", count: 1)])
        other.stop(within: 5000)
        try booth.reopen()
        #expect(try booth.contents.orphans.isEmpty)
        #expect(try booth.fetch(1).count == 1)
    }

    @Test("an answer given while the disk refused is written with its event, even where the event had arrived")
    func answeredBeforeWritten() throws {
        let booth = try OpenJournal()
        let id = booth.record(.help)
        let sent = try booth.fetch(1)
        #expect(sent.map(\.id) == [id])
        booth.journal.stop(within: 5000)
        let store = try booth.store()
        let entry = JournalEntry.Event(
            id: id, type: .incidentRaised, priority: .help, event: CloudEvent(json: "{}"), recipients: ["police"])
        var again = PendingEntry(JournalEntry(events: [entry]))
        again.deliveries = [
            .init(event: entry, target: "police", sequence: .init(generation: 1, count: 9), outcome: .accepted)
        ]
        let number = try store.number(of: "police")
        try store.transaction(synced: true) { () throws(SQLiteError) in try store.write([again]) { _ in number } }
        #expect(try store.queue(of: number, limit: 10).isEmpty)
    }

    @Test("files are for the agent alone")
    func modes() throws {
        let booth = try OpenJournal()
        booth.record()
        _ = try booth.fetch(1)
        for suffix in ["", "-wal", "-shm"] {
            var status = stat()
            #expect(stat("\(booth.directory)/journal.sqlite\(suffix)", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "journal.sqlite\(suffix)")
        }
    }

    @Test("lists the newest events, oldest first")
    func recent() throws {
        let booth = try OpenJournal()
        for _ in 0..<120 { booth.record() }
        let listed = try booth.recentEvents()
        #expect(listed.count == 100)
        #expect(listed == listed.sorted())
    }

    @Test("that is full goes on from memory: sends live, takes receipts, and writes once there is room")
    func full() throws {
        let booth = try OpenJournal(limit: 1 << 20)
        try booth.fill()
        let press = booth.record(.help)
        #expect(try booth.fetch(10).map(\.id) == [press])
        booth.settle(press)
        #expect(try booth.queues().first?.queued == 0)
        // What is sent live takes its place in a sequence all the same, behind the event that tells of the memory.
        booth.record(.help)
        #expect(try booth.fetch(10).map(\.count) == [3])
    }
}
