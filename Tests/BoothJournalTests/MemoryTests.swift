// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite
import Testing

@testable import BoothJournal

@Suite("The booth's memory, and that of tasks")
struct MemoryTests {
    private static func memory(_ cursor: String) -> BoothMemory {
        var memory = BoothMemory()
        memory.cursors = ["police": cursor]
        memory.reported = [CivilDate(year: 2026, month: 11, day: 20)]
        return memory
    }

    @Test("is there after a restart, as it was recorded last")
    func restart() throws {
        let booth = try OpenJournal()
        #expect(booth.contents.memory == BoothMemory())
        #expect(booth.contents.tasks == [])
        booth.journal.record(JournalEntry(memory: Self.memory("1"), tasks: [.refused("a"), .refused("b")]))
        var again = TaskRecord.refused("a")
        again.answers = 2
        booth.journal.record(JournalEntry(memory: Self.memory("2"), tasks: [.refused("a", of: "grid")]))
        booth.journal.record(JournalEntry(tasks: [again]))
        try booth.reopen()
        #expect(booth.contents.memory == Self.memory("2"))
        #expect(booth.contents.tasks == [.refused("a", of: "grid"), again, .refused("b")])
    }

    @Test("has the newest 1000 tasks of each target")
    func pruned() throws {
        let booth = try OpenJournal()
        booth.journal.record(JournalEntry(tasks: [.refused("first", of: "grid")]))
        booth.journal.record(JournalEntry(tasks: (0..<600).map { .refused("\($0)") }))
        // Those that come again do not push others out.
        booth.journal.record(JournalEntry(tasks: (300..<1005).map { .refused("\($0)") }))
        try booth.reopen()
        #expect(booth.contents.tasks.map(\.id) == ["first"] + (5..<1005).map { "\($0)" })
    }

    @Test("of a file from before there was any is empty, and is written there")
    func olderFile() throws {
        let booth = try OpenJournal()
        booth.record(.help)
        try booth.reopen(after: Self.makeOlder)
        #expect(booth.contents.memory == BoothMemory())
        #expect(try booth.fetch(10).count == 1)
        booth.journal.record(JournalEntry(memory: Self.memory("1"), tasks: [.refused("a")]))
        try booth.reopen()
        #expect(booth.contents.memory == Self.memory("1"))
        #expect(booth.contents.tasks == [.refused("a")])
    }

    private static func makeOlder(_ path: String) throws {
        let connection = try Connection(path: path)
        for table in ["memory", "task", "ending"] { try connection.execute("DROP TABLE \(table)") }
        try connection.execute("VACUUM")
    }

    @Test("waits for its tables where an older file is full, which is opened all the same")
    func olderFullFile() throws {
        let booth = try OpenJournal()
        booth.journal.stop(within: 5000)
        let path = "\(booth.directory)/journal.sqlite"
        try Self.makeOlder(path)
        let store = try JournalStore(path: path, limit: 4096)
        #expect(!store.hasAdditions)
        #expect(try store.memory() == BoothMemory())
        #expect(try store.tasks() == [])
        #expect(try store.closedIncidents(after: .init(time: 0), below: .max, limit: 10).isEmpty)
        let incident = Incident.press(booth.id()).closed()
        let entry = PendingEntry(
            JournalEntry(incidents: [incident], memory: Self.memory("1"), tasks: [.refused("a")]))
        #expect(throws: SQLiteError.self) { try store.write([entry]) { _ in nil } }
        #expect(!store.hasAdditions)
        try store.setLimit(1 << 20)
        try store.write([entry]) { _ in nil }
        #expect(try store.memory() == Self.memory("1"))
        #expect(try store.tasks() == [.refused("a")])
        #expect(try store.closedIncidents(limit: 10) == [incident])
    }

    @Test("that cannot be read is counted, and the rest goes on")
    func unreadable() throws {
        let booth = try OpenJournal()
        booth.journal.record(JournalEntry(memory: Self.memory("1"), tasks: [.refused("a"), .refused("b")]))
        try booth.reopen { path in
            let connection = try Connection(path: path)
            try connection.execute("UPDATE memory SET json = '[]'")
            try connection.execute("UPDATE task SET json = '{}' WHERE id = 'a'")
        }
        #expect(booth.contents.unreadable == 2)
        #expect(booth.contents.memory == BoothMemory())
        #expect(booth.contents.tasks == [.refused("b")])
    }

    @Test("waits in memory once, and as urgently as the one that it takes the place of")
    func superseded() throws {
        let booth = try OpenJournal()
        booth.journal.stop(within: 5000)
        let writer = try OpenJournal.whenFree {
            try JournalWriter(
                directory: booth.directory, targets: OpenJournal.targets, limit: 1 << 20, report: { _ in })
        }
        writer.accept(JournalEntry(memory: Self.memory("1")))
        writer.accept(JournalEntry(memory: Self.memory("2"), canBeToldAgain: true))
        #expect(writer.pending.map(\.entry.memory) == [nil, Self.memory("2")])
        #expect(writer.pending.map(\.isExpendable) == [true, false])
    }
}
