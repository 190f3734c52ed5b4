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
        #expect(try booth.contents.memory == BoothMemory())
        #expect(try booth.contents.tasks == [])
        booth.journal.record(JournalEntry(memory: Self.memory("1"), tasks: [.refused("a"), .refused("b")]))
        var again = TaskRecord.refused("a")
        again.answers = 2
        booth.journal.record(JournalEntry(memory: Self.memory("2"), tasks: [.refused("a", of: "grid")]))
        booth.journal.record(JournalEntry(tasks: [again]))
        try booth.reopen()
        #expect(try booth.contents.memory == Self.memory("2"))
        #expect(try booth.contents.tasks == [.refused("a", of: "grid"), again, .refused("b")])
    }

    @Test("has the newest 1000 tasks of each target")
    func pruned() throws {
        let booth = try OpenJournal()
        booth.journal.record(JournalEntry(tasks: [.refused("first", of: "grid")]))
        booth.journal.record(JournalEntry(tasks: (0..<600).map { .refused("\($0)") }))
        // Those that come again do not push others out.
        booth.journal.record(JournalEntry(tasks: (300..<1005).map { .refused("\($0)") }))
        try booth.reopen()
        #expect(try booth.contents.tasks.map(\.id) == ["first"] + (5..<1005).map { "\($0)" })
    }

    @Test("that cannot be read is counted, and the rest goes on")
    func unreadable() throws {
        let booth = try OpenJournal()
        booth.journal.record(JournalEntry(memory: Self.memory("1"), tasks: [.refused("a"), .refused("b")]))
        try booth.reopen { path in
            let connection = try Connection.toJournal(path)
            try connection.execute("UPDATE memory SET json = '[]'")
            try connection.execute("UPDATE task SET json = '{}' WHERE id = 'a'")
        }
        #expect(try booth.contents.unreadable == 2)
        #expect(try booth.contents.memory == BoothMemory())
        #expect(try booth.contents.tasks == [.refused("b")])
    }

    @Test("waits in memory once, and as urgently as the one that it takes the place of")
    func superseded() throws {
        let booth = try OpenJournal()
        booth.journal.stop(within: 5000)
        let writer = try booth.writer()
        writer.accept(JournalEntry(memory: Self.memory("1")))
        writer.accept(JournalEntry(memory: Self.memory("2"), canBeToldAgain: true))
        #expect(writer.pending.map(\.entry.memory) == [nil, Self.memory("2")])
        #expect(writer.pending.map(\.isExpendable) == [true, false])
    }
}
