// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothJournal

@Suite("A target's queue")
struct QueueTests {
    @Test("gives the most urgent first and, within a priority, in the order of occurrence")
    func order() throws {
        let booth = try OpenJournal()
        let letter = booth.record(.routine)
        let door = booth.record(.alarm)
        let press = booth.record(.help)
        let again = booth.record(.help)
        #expect(try booth.fetch(10).map(\.id) == [press, again, door, letter])
    }

    @Test(
        "numbers each target's events without a gap, after the one that tells of the loss, whatever their priority and other targets"
    )
    func sequences() throws {
        let booth = try OpenJournal()
        booth.record(.routine)
        booth.record(.help, to: ["grid"])
        booth.record(.help, to: ["police", "grid"])
        #expect(try booth.fetch(10).map(\.count).sorted() == [2, 3])
        #expect(try booth.fetch(10, for: "grid").map(\.count) == [2, 3])
        try booth.reopen()
        booth.record(.help)
        #expect(try booth.fetch(1).map(\.count) == [3])
        #expect(try booth.fetch(10).map(\.count).max() == 4)
    }

    @Test("is listed with the type and the incident of each event, also after a start")
    func listing() throws {
        let booth = try OpenJournal()
        let incident = Incident.press(booth.id())
        var raised = JournalEntry.Event(.raised(incident), booth.id())
        raised.recipients = ["police"]
        let task = TaskRecord.refused("t1")
        var done = JournalEntry.Event(.taskDone(task), booth.id())
        done.recipients = ["police"]
        booth.journal.record(JournalEntry(events: [raised, done], incidents: [incident]))
        _ = try booth.fetch(10)
        booth.settle(done.id, .rejected(reason: "no"))
        for _ in 0..<2 {
            let items = try booth.queues().first?.items ?? []
            #expect(items.map(\.type) == [EventType.incidentRaised, .taskDone].map(\.rawValue))
            #expect(items.map(\.incident) == [incident.id, nil])
            try booth.reopen()
        }
    }

    @Test("lists an event of another version by its type, also after it was read out of a damaged file")
    func foreignType() throws {
        let booth = try OpenJournal()
        var event = booth.event()
        event.type = "cn.boothd.drone.v2"
        event.event = CloudEvent(json: "{\"id\":\"\(event.id)\",\"type\":\"\(event.type)\"}")
        booth.journal.record(JournalEntry(events: [event]))
        #expect(try booth.queues().first?.items.map(\.type) == [event.type])
        // The first page lists the tables.
        try booth.reopen { path in try flip(path, at: 200) }
        #expect(try booth.contents.setAside != nil)
        #expect(try booth.queues().first?.items.map(\.type) == [event.type])
    }

    @Test("answers a target that waits as soon as something is recorded")
    func hungry() throws {
        let booth = try OpenJournal()
        booth.journal.fetch(FetchRequest(number: 7, limit: 1), for: "police")
        let id = booth.record(.help)
        #expect(try booth.batch(7).map(\.id) == [id])
    }

    @Test("loses an event to the receipt promised before a restart, though it was not handed out since; once")
    func promisedReceipt() throws {
        let booth = try OpenJournal()
        let first = booth.record(.help, to: ["police", "grid"])
        let second = booth.record(.alarm)
        _ = try booth.fetch(10)
        try booth.reopen()
        booth.settle(first)
        booth.settle(first)
        booth.settle(first, .rejected(reason: "said twice"))
        booth.settle(second, by: "grid")
        booth.settle(EventID(key: second.key, random: second.random ^ 1))
        #expect(try booth.queues().map(\.queued) == [1, 1])
        #expect(try booth.queues().map(\.rejected) == [0, 0])
        #expect(try booth.fetch(10).map(\.id) == [second])
        try booth.reopen()
        #expect(try booth.contents.status.queues.map(\.queued) == [1, 1])
        booth.settle(second, .rejected(reason: "no such booth"))
        #expect(try booth.queues().map(\.rejected) == [1, 0])
    }

    @Test("leaves out what a target asked not to be given, and answers with what is recorded beside it")
    func except() throws {
        let booth = try OpenJournal()
        let taken = Set((0..<3).map { _ in booth.record(.help) })
        let letter = booth.record(.routine)
        booth.journal.fetch(FetchRequest(number: 7, limit: 1, except: taken), for: "police")
        #expect(try booth.batch(7).map(\.id) == [letter])
        booth.journal.fetch(FetchRequest(number: 8, limit: 2, except: taken.union([letter])), for: "police")
        let press = booth.record(.help)
        #expect(try booth.batch(8).map(\.id) == [press])
    }

    @Test("while backing off answers only with a help press newer than the last one tried")
    func helpOnly() throws {
        let booth = try OpenJournal()
        let tried = booth.record(.help)
        _ = try booth.fetch(10)
        booth.journal.fetch(FetchRequest(number: 2, limit: 1, onlyHelpAfter: tried), for: "police")
        booth.record(.alarm)
        let press = booth.record(.help)
        #expect(try booth.batch(2).map(\.id) == [press])
    }

    @Test("keeps an event until a receipt names it, across restarts, with the same bytes")
    func untilReceipt() throws {
        let booth = try OpenJournal()
        let first = booth.record(.help)
        let second = booth.record(.help)
        let sent = try booth.fetch(10)
        booth.settle(first)
        try booth.reopen()
        let again = try booth.fetch(10)
        #expect(again.map(\.id) == [second])
        #expect(again.first == sent.last)
        booth.settle(second)
        #expect(try booth.queues().map(\.queued) == [0, 0])
    }

    @Test("sets a refused event aside with its reason, visible and counted")
    func refused() throws {
        let booth = try OpenJournal()
        let id = booth.record(.help)
        _ = try booth.fetch(1)
        booth.settle(id, .rejected(reason: "no such booth"))
        let police = try #require(try booth.queues().first)
        #expect(police.queued == 0)
        #expect(police.rejected == 1)
        #expect(police.items.map(\.reason) == ["no such booth"])
        try booth.reopen()
        #expect(try booth.contents.status.queues.first?.rejected == 1)
    }

    @Test("counts attempts; an event is sent while it is on its way and queued when it comes back")
    func attempts() throws {
        let booth = try OpenJournal()
        let id = booth.record(.help)
        _ = try booth.fetch(1)
        booth.journal.noteAttempt(of: [id], by: "police")
        booth.journal.noteAttempt(of: [id], by: "police")
        let item = try #require(try booth.queues().first?.items.first)
        #expect(item.attempts == 2)
        #expect(item.delivery == .sent)
        booth.journal.noteReturn(of: [id], by: "police")
        let back = try #require(try booth.queues().first?.items.first)
        #expect(back.attempts == 2)
        #expect(back.delivery == .queued)
    }

    @Test("a receipt for what was never handed out changes nothing")
    func foreignReceipt() throws {
        let booth = try OpenJournal()
        booth.record(.help)
        booth.settle(booth.event().id)
        #expect(try booth.queues().first?.queued == 1)
    }

    @Test("drains 1,000 events in batches, each once")
    func drain() throws {
        let booth = try OpenJournal()
        var expected: [EventID] = []
        for _ in 0..<1000 { expected.append(booth.record()) }
        var drained: [EventID] = []
        for number in 1...20 {
            let batch = try booth.fetch(50, number: number)
            drained += batch.map(\.id)
            let settlements = batch.map { JournalEntry.Settlement(target: "police", event: $0.id, outcome: .accepted) }
            booth.journal.record(JournalEntry(settlements: settlements, canBeToldAgain: true))
        }
        #expect(drained == expected)
        #expect(try booth.queues().first?.queued == 0)
    }
}
