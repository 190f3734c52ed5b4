// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothJournal

@Suite("The history of a span")
struct HistoryTests {
    private static let from: Int64 = 1_795_449_600_000
    private static let to: Int64 = from + 86_400_000

    private static func history(_ booth: OpenJournal) throws -> GatheredHistory {
        let history: GatheredHistory? = try booth.ask { reply in
            let gatherer = GatheredHistory(reply: reply)
            return .history(from: WallTime(milliseconds: from), to: WallTime(milliseconds: to), gatherer)
        }
        return try #require(history)
    }

    @Test("has the incidents that were open in it: opened before its end, and closed no sooner than it began")
    func incidents() throws {
        let booth = try OpenJournal()
        func press(_ opened: Int64) -> Incident { .press(booth.id(at: opened)) }
        let closedBefore = press(Self.from - 5000).closed(at: .wall(Self.from - 1))
        let closedAtFirst = press(Self.from - 4000).closed(at: .wall(Self.from))
        let closedAfter = press(Self.from - 3000).closed(at: .wall(Self.to + 1))
        var open = press(Self.from - 2000)
        open.restored = Stamp(.wall(Self.from - 1000))
        let last = press(Self.to - 1).closed(at: .wall(Self.to))
        let next = press(Self.to).closed(at: .wall(Self.to + 1))
        let nextOpen = press(Self.to + 1)
        booth.journal.record(
            JournalEntry(incidents: [closedBefore, closedAtFirst, closedAfter, open, last, next, nextOpen]))
        #expect(try Self.history(booth).incidents == [closedAtFirst, closedAfter, open, last])
        try booth.reopen()
        let history = try Self.history(booth)
        #expect(history.incidents == [closedAtFirst, closedAfter, open, last])
        #expect(history.end?.isCapped == false)
    }

    @Test("has an incident whose end nobody can date as long as the events about it")
    func undated() throws {
        let booth = try OpenJournal()
        let before = Incident.press(booth.id(at: Self.from - 9000)).closed(at: .wall(0, clock: .unsynced))
        booth.journal.record(
            JournalEntry(events: [.init(.closed(before), booth.id(at: Self.from - 8000))], incidents: [before]))
        let within = Incident.press(booth.id(at: Self.from - 7000)).closed(at: .wall(0, clock: .unsynced))
        _ = try booth.incidents()
        booth.journal.record(
            JournalEntry(events: [.init(.closed(within), booth.id(at: Self.from))], incidents: [within]))
        #expect(try Self.history(booth).incidents == [within])
    }

    @Test("has the span's records, however many slices they are read in, and nothing else")
    func records() throws {
        let booth = try OpenJournal()
        func record(_ time: Int64) -> JournalEntry.Event { .init(.record("mail-door", .active), booth.id(at: time)) }
        let before = record(Self.from - 1)
        let within = (0..<1200).map { record(Self.from + $0 * 70_000) }
        let raised = JournalEntry.Event(.raised(.press(booth.id())), booth.id(at: Self.to - 1))
        booth.journal.record(JournalEntry(events: [before] + within + [raised, record(Self.to)]))
        let records = try Self.history(booth).records
        #expect(records == within.map(\.event))
    }

    @Test("is read a slice at a time: what is recorded meanwhile does not wait for it")
    func slices() throws {
        let booth = try OpenJournal()
        booth.journal.stop(within: 5000)
        let writer = try booth.writer()
        let gatherer = GatheredHistory { _ in }
        let (from, to) = (WallTime(milliseconds: 0), WallTime(milliseconds: Self.to))
        writer.turn([.query(.history(from: from, to: to, gatherer))])
        #expect(writer.nextWake() == 0)
        writer.turn([.record(JournalEntry(events: [booth.event(.help)]))])
        #expect(writer.pending.isEmpty)
        #expect(!writer.readings.isEmpty)
        for _ in 0..<10 { writer.turn([]) }
        #expect(writer.readings.isEmpty)
    }

    @Test("passes over incidents of a later time a slice at a time as well")
    func laterIncidents() throws {
        let booth = try OpenJournal()
        let later = (0..<350).map { Incident.press(booth.id(at: Self.to + 200_000_000 + $0)) }
        booth.journal.record(JournalEntry(incidents: later.map { $0.closed(at: .wall($0.id.milliseconds)) }))
        #expect(try booth.incidents().count == 350)
        booth.journal.stop(within: 5000)
        let writer = try booth.writer()
        let (from, to) = (WallTime(milliseconds: Self.from), WallTime(milliseconds: Self.to))
        let gatherer = GatheredHistory { #expect($0?.incidents.isEmpty == true) }
        writer.turn([.query(.history(from: from, to: to, gatherer))])
        var turns = 1
        while !writer.readings.isEmpty {
            writer.turn([])
            turns += 1
        }
        #expect(turns == 6)
    }

    @Test("is handed on a slice at a time, and has each incident once, also one that is closed while it is read")
    func closedMeanwhile() throws {
        let booth = try OpenJournal()
        let open = (0..<250).map { _ in Incident.press(booth.id(at: Self.from)) }
        let closed = (0..<250).map { _ in Incident.press(booth.id(at: Self.from)).closed(at: .wall(Self.from + 5)) }
        booth.journal.record(JournalEntry(incidents: open + closed))
        #expect(try booth.incidents().count == 500)
        booth.journal.stop(within: 5000)
        let writer = try booth.writer(limit: 64 << 20)
        let gatherer = GatheredHistory {
            #expect($0?.incidents.map(\.id) == (open + closed).map(\.id))
            #expect($0?.largest == 100)
        }
        let (from, to) = (WallTime(milliseconds: Self.from), WallTime(milliseconds: Self.to))
        writer.turn([.query(.history(from: from, to: to, gatherer))])
        // One that was given, and one that was not reached yet.
        let ended = [open[0], open[249]].map { $0.closed(at: .wall(Self.from + 6)) }
        writer.turn([.record(JournalEntry(events: [booth.event()], incidents: ended))])
        while !writer.readings.isEmpty { writer.turn([]) }
    }

    @Test("has an incident once of which a receipt came after its end")
    func receiptAfterTheEnd() throws {
        let booth = try OpenJournal()
        var incident = Incident.press(booth.id(at: Self.from)).closed(at: .wall(0, clock: .unsynced))
        let end = JournalEntry.Event(.closed(incident), booth.id(at: Self.from + 5))
        booth.journal.record(JournalEntry(events: [end], incidents: [incident]))
        _ = try booth.incidents()
        incident.targets[0].delivery = .accepted
        let later = JournalEntry.Event(.closed(incident), booth.id(at: Self.from + 9000))
        booth.journal.record(JournalEntry(events: [later], incidents: [incident]))
        #expect(try Self.history(booth).incidents == [incident])
    }

    @Test("has what is only in memory while the disk is full")
    func full() throws {
        let booth = try OpenJournal(limit: 1 << 20)
        let incident = Incident.press(booth.id())
        booth.journal.record(JournalEntry(incidents: [incident]))
        try booth.fill()
        let record = JournalEntry.Event(.record("mail-door", .active), booth.id())
        booth.journal.record(JournalEntry(events: [record], incidents: [incident.closed()]))
        let history = try Self.history(booth)
        #expect(history.incidents == [incident.closed()])
        #expect(history.records == [record.event])
    }

    @Test("names the incident of an event, after a restart and from memory")
    func incidentOfEvent() throws {
        let booth = try OpenJournal(limit: 1 << 20)
        let incident = Incident.press(booth.id())
        let raised = JournalEntry.Event(.raised(incident), booth.id())
        let record = JournalEntry.Event(.record("mail-door", .active), booth.id())
        booth.journal.record(JournalEntry(events: [raised, record], incidents: [incident]))
        try booth.reopen()
        func named(_ event: EventID) throws -> EventID? { try booth.ask { .incidentOfEvent(event, $0) } }
        #expect(try named(raised.id) == incident.id)
        #expect(try named(record.id) == nil)
        #expect(try named(booth.id()) == nil)
        #expect(try named(EventID(key: raised.id.key, random: raised.id.random ^ 1)) == nil)
        try booth.fill()
        let updated = JournalEntry.Event(.updated(incident, .repeat), booth.id())
        booth.journal.record(JournalEntry(events: [updated]))
        #expect(try named(updated.id) == incident.id)
    }
}

/// A history as a whole, which the tests have the memory for.
struct GatheredHistory: HistoryReader {
    let reply: @Sendable (GatheredHistory?) -> Void
    /// Oldest first, once all is there.
    private(set) var incidents: [Incident] = []
    private(set) var records: [CloudEvent] = []
    private(set) var end: HistoryEnd?
    /// Incidents of the largest slice.
    private(set) var largest = 0

    init(reply: @escaping @Sendable (GatheredHistory?) -> Void) {
        self.reply = reply
    }

    mutating func apply(_ incidents: [Incident]) {
        self.incidents += incidents
        largest = max(largest, incidents.count)
    }

    mutating func apply(_ records: [CloudEvent]) { self.records += records }

    func finish(_ end: Result<HistoryEnd, HistoryRefusal>) {
        guard case .success(let end) = end else { return reply(nil) }
        var whole = self
        whole.incidents.sort { $0.id < $1.id }
        whole.end = end
        reply(whole)
    }
}
