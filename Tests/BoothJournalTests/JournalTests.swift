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
            boot: BootTime(nanoseconds: 5), wallMilliseconds: 0,
            civil: CivilTime(date: CivilDate(year: 2026, month: 11, day: 24), weekday: .tuesday, minuteOfDay: 0),
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
        #expect(booth.contents.incidents == [incident])
        #expect(booth.contents.points == [memory])
        #expect(booth.contents.lastKey > incident.id.key)
        #expect(booth.contents.status.open == 1)
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
            try Journal.open(directory: booth.directory, targets: ["police"], limit: 1 << 20, report: { _ in })
        }
        try booth.reopen()
    }

    @Test("refuses a file of a newer version, and leaves it as it is")
    func newerSchema() throws {
        let booth = try OpenJournal()
        booth.journal.stop(within: 5000)
        do {
            let connection = try Connection(path: "\(booth.directory)/journal.sqlite")
            try connection.execute("PRAGMA user_version = 999")
        }
        #expect(throws: JournalError.newerSchema(found: 999)) {
            try Journal.open(directory: booth.directory, targets: ["police"], limit: 1 << 20, report: { _ in })
        }
    }

    @Test("a directory that cannot be made is named")
    func noDirectory() throws {
        #expect(throws: JournalError.directory("/proc/boothd", code: ENOENT)) {
            try Journal.open(directory: "/proc/boothd", targets: [], limit: 1 << 20, report: { _ in })
        }
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
        // Fills the file to its last page with an event for nobody.
        booth.journal.record(JournalEntry(events: [booth.event(to: [], filler: 700_000)]))
        booth.journal.record(JournalEntry(events: [booth.event(to: [], filler: 600_000)]))
        _ = try booth.await { if case .status(let status) = $0, case .full = status.storage { true } else { nil } }
        let press = booth.record(.help)
        #expect(try booth.fetch(10).map(\.id) == [press])
        booth.settle(press)
        #expect(try booth.queues().first?.queued == 0)
        // What was sent live keeps its place in the sequence.
        booth.record(.help)
        #expect(try booth.fetch(10).map(\.sequence) == ["00000100000000000002"])
    }
}
