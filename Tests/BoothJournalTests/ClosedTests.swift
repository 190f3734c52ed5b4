// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite
import Testing

@testable import BoothJournal

@Suite("A closed incident")
struct ClosedTests {
    @Test("is open no more, for anybody who asks and after a restart, and is kept")
    func moved() throws {
        let booth = try OpenJournal()
        let incident = Incident.press(booth.id())
        let other = Incident.press(booth.id())
        booth.journal.record(JournalEntry(events: [booth.event()], incidents: [incident, other]))
        #expect(try booth.incidents(all: false) == [incident, other])
        booth.journal.record(JournalEntry(events: [booth.event()], incidents: [incident.closed()]))
        #expect(try booth.incidents(all: false) == [other])
        #expect(try booth.incidents() == [incident.closed(), other])
        try booth.reopen()
        #expect(try booth.contents.incidents == [other])
        #expect(try booth.contents.status.open == 1)
        #expect(try booth.contents.lastKey > other.id.key)
        let found: [Incident]? = try booth.ask { .incident(incident.id, $0) }
        #expect(found == [incident.closed()])
    }

    @Test("is not opened again by what was recorded before it closed and is written with it")
    func lastCounts() throws {
        let booth = try OpenJournal()
        booth.journal.stop(within: 5000)
        let writer = try booth.writer()
        let incident = Incident.press(booth.id())
        writer.turn([.record(JournalEntry(incidents: [incident]))])
        #expect(writer.open == [incident.id.key])
        writer.turn([
            .record(JournalEntry(incidents: [incident], canBeToldAgain: true)),
            .record(JournalEntry(incidents: [incident.closed()])),
            .record(JournalEntry(incidents: [incident.closed()], canBeToldAgain: true, isTransient: true)),
        ])
        #expect(writer.open.isEmpty)
        #expect(writer.shown.isEmpty)
        #expect(try writer.file?.store.openIncidents() == [])
        #expect(try writer.file?.store.closedIncidents(limit: 10) == [incident.closed()])
    }

    @Test("written twice, with all that came with it, it is there once")
    func replay() throws {
        let booth = try OpenJournal()
        let incident = Incident.press(booth.id())
        booth.journal.record(JournalEntry(incidents: [incident]))
        booth.journal.stop(within: 5000)
        let store = try booth.store()
        var unsynced = incident.closed(at: .wall(0, clock: .unsynced))
        unsynced.count = 2
        let first = PendingEntry(
            JournalEntry(events: [booth.event()], incidents: [unsynced], tasks: [.refused("a"), .refused("b")]))
        try store.transaction(synced: true) { () throws(SQLiteError) in try store.write([first]) { _ in 1 } }
        // More has come by the time of the second try.
        let more = PendingEntry(JournalEntry(events: [booth.event()]))
        try store.transaction(synced: true) { () throws(SQLiteError) in try store.write([first, more]) { _ in 1 } }
        #expect(try store.openIncidents() == [])
        #expect(try store.closedIncidents(limit: 10) == [unsynced])
        #expect(try store.closedIncidents(after: .init(time: 0), below: .max, limit: 10).count == 1)
        #expect(try store.tasks().map(\.id) == ["a", "b"])
    }

    @Test("on a full disk it is listed as closed, never given up, and written once there is room")
    func full() throws {
        let booth = try OpenJournal(limit: 1 << 20)
        let incident = Incident.press(booth.id(), .mail, priority: .routine)
        booth.journal.record(JournalEntry(incidents: [incident]))
        try booth.fill()
        booth.journal.record(JournalEntry(incidents: [incident.closed()]))
        #expect(try booth.incidents(all: false) == [])
        #expect(try booth.incidents() == [incident.closed()])
        booth.journal.setLimit(16 << 20)
        #expect(booth.journal.stop(within: 5000) == .complete)
        try booth.reopen()
        #expect(try booth.contents.incidents == [])
        #expect(try booth.incidents() == [incident.closed()])
    }

    @Test("neither it nor a task is ever given up; an open one that is not urgent is, and what is told again")
    func expendable() throws {
        let letter = Incident.press(EventID(key: 1, random: 1), .mail, priority: .routine)
        #expect(PendingEntry(JournalEntry(incidents: [letter])).isExpendable)
        #expect(!PendingEntry(JournalEntry(incidents: [letter.closed()])).isExpendable)
        #expect(!PendingEntry(JournalEntry(tasks: [.refused("a")])).isExpendable)
        #expect(!PendingEntry(JournalEntry(memory: BoothMemory())).isExpendable)
        #expect(PendingEntry(JournalEntry(memory: BoothMemory(), canBeToldAgain: true)).isExpendable)
    }
}
