// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Crypto
import SQLite
import Testing

@testable import BoothJournal

@Suite("A walk along the chain")
struct ChainVerificationTests {
    /// A file that the journal has left, with its first event in it.
    private let journal: OpenJournal
    private let store: JournalStore

    init() throws {
        journal = try OpenJournal()
        journal.journal.stop(within: 5000)
        store = try journal.store()
    }

    /// Appends so many events.
    private func append(_ count: Int) throws {
        for _ in 0..<count { try append(journal.event()) }
    }

    private func append(_ event: JournalEntry.Event) throws {
        _ = try store.transaction(synced: false) { () throws(SQLiteError) in try store.append(event) }
    }

    /// Appends a daily report that tells the newest event's head, or another one.
    @discardableResult
    private func report(_ told: ChainHead? = nil) throws -> ChainHead {
        let head = told ?? ChainHead(head: store.head.hash.hexadecimal, events: store.head.number)
        var event = journal.event()
        event.type = EventType.dailyReport.rawValue
        event.event = CloudEvent(
            json: """
                {"id":"\(event.id)",\(CloudEvent.dailyReportMember),\
                "data":{"chain":{"head":"\(head.head)","events":\(head.events)}}}
                """)
        try append(event)
        return head
    }

    private func verify(full: Bool = true, _ other: JournalStore? = nil) throws -> ChainFindings {
        let answer = try Mailbox<ChainFindings?>()
        var verification = ChainVerification(isFull: full) { answer.post($0) }
        while try !verification.advance(in: other ?? store) {}
        _ = verification.finish()
        let found = answer.take().first ?? nil
        return try #require(found)
    }

    private func expect(
        _ problem: ChainFindings.Problem, at number: Int64, full: Bool = true, _ other: JournalStore? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let found = try verify(full: full, other)
        #expect(found.problem == problem && found.at == number, "\(found)", sourceLocation: sourceLocation)
    }

    /// Gives a row the hash of what it now holds, as somebody does who knows how it is made.
    private func hashAnew(_ number: Int64, after previous: Digest? = nil) throws -> Digest {
        let row = try #require(try store.chainedEvents(from: number, limit: 1).first?.event)
        let before = previous ?? row.previous
        let hash = store.chain.hash(
            number: number, id: row.id, priority: row.priority, recipients: row.recipients, json: row.json,
            after: before)
        try store.statement("UPDATE event SET previous = ?, hash = ? WHERE number = ?").run(
            Value(before.bytes), Value(hash.bytes), Value(number))
        return hash
    }

    @Test("tells the oldest, the newest, how many, and the heads that reports told")
    func intact() throws {
        try append(449)
        let told = try report()
        try append(1)
        let full = try verify()
        #expect(full.problem == nil && full.checked == 452 && full.reports == 1 && full.reported == told)
        #expect(full.oldest?.number == 1 && full.newest?.number == 452)
        #expect(full.head == ChainHead(head: store.head.hash.hexadecimal, events: 452))
        // From the event on whose hash the report told: before it, nobody but the platform can tell.
        let since = try verify(full: false)
        #expect(since.problem == nil && since.oldest?.number == 450 && since.checked == 3 && since.reports == 1)
    }

    @Test("believes the text of an event and not the column that repeats its type")
    func columns() throws {
        try append(20)
        let told = try report()
        try append(5)
        let (report, newest) = (told.events + 1, store.head.number)
        try store.connection.execute("UPDATE event SET type = 'cn.boothd.record.v1' WHERE number = \(report)")
        try store.connection.execute("UPDATE event SET type = 'cn.boothd.report.daily.v1' WHERE number = \(newest)")
        let found = try verify(full: false)
        #expect(found.problem == nil && found.oldest?.number == told.events && found.reported == told, "\(found)")
        try store.statement("UPDATE event SET recipients = 'grid' WHERE number = ?").run(Value(told.events))
        var last = try hashAnew(told.events)
        for number in report...newest { last = try hashAnew(number, after: last) }
        store.head = ChainLink(number: newest, hash: last)
        try expect(.contradicted, at: told.events)
    }

    @Test("without a report it looks at everything, of an empty file at nothing")
    func withoutReport() throws {
        try append(30)
        #expect(try verify(full: false).checked == 31)
        try store.connection.execute("DELETE FROM event")
        store.head = .start
        for full in [true, false] {
            let found = try verify(full: full)
            #expect(found.problem == nil && found.checked == 0 && found.oldest == nil && found.head.events == 0)
        }
    }

    @Test(
        "finds the row that was changed by hand",
        arguments: [
            "json = replace(json, 'id', 'ie')", "priority = 1", "recipients = ''", "random = random + 1",
            "hash = previous", "hash = x'00'", "previous = x''", "json = x'00FF'",
        ])
    func changed(change: String) throws {
        try append(300)
        try store.connection.execute("UPDATE event SET \(change) WHERE number = 250")
        try expect(.changed, at: 250)
    }

    @Test("finds a changed row that has the right hash of its own, be it the newest")
    func hashedAnew() throws {
        try append(10)
        try store.connection.execute("UPDATE event SET priority = 2 WHERE number IN (7, 11)")
        _ = try hashAnew(11)
        try expect(.changed, at: 7)
        _ = try hashAnew(7)
        try expect(.changed, at: 7)
        try store.connection.execute("UPDATE event SET priority = 4 WHERE number = 7")
        _ = try hashAnew(7)
        try expect(.changed, at: 11)
    }

    @Test("finds events that are missing: the first, one between, the newest", arguments: [1, 7, 11])
    func missing(number: Int64) throws {
        try append(10)
        try store.connection.execute("DELETE FROM event WHERE number = \(number)")
        try expect(.missing, at: number)
    }

    @Test("history that was thinned is not missing, and what is gone behind it is")
    func thinned() throws {
        try append(20)
        try store.connection.execute("DELETE FROM event WHERE number IN (1, 2, 4, 5, 9)")
        try store.connection.execute("UPDATE meta SET value = 9 WHERE name = 'thinned'")
        let found = try verify()
        #expect(found.problem == nil && found.checked == 16 && found.oldest?.number == 3)
        try store.connection.execute("DELETE FROM event WHERE number IN (10, 11)")
        try expect(.missing, at: 10)
    }

    @Test("a chain that was computed anew is not the one that a report told of")
    func contradicted() throws {
        try append(10)
        try report()
        try append(5)
        try store.connection.execute("UPDATE event SET recipients = 'nobody' WHERE number = 5")
        var hash = try hashAnew(5)
        for number in Int64(6)...17 { hash = try hashAnew(number, after: hash) }
        let edited = try journal.store()
        try expect(.contradicted, at: 11, edited)
        try expect(.contradicted, at: 11, full: false, edited)
    }

    @Test("what came between the event that a report told of and the report is looked at as well")
    func betweenReport() throws {
        try append(10)
        let told = ChainHead(head: store.head.hash.hexadecimal, events: store.head.number)
        try append(5)
        try report(told)
        let since = try verify(full: false)
        #expect(since.oldest?.number == 11)
        try store.connection.execute("UPDATE event SET priority = 2 WHERE number = 13")
        try expect(.changed, at: 13, full: false)
    }

    @Test("heads of reports that were read out of a damaged journal are of another chain")
    func salvaged() throws {
        try append(10)
        try report(ChainHead(head: Digest.zero.hexadecimal, events: 3))
        try store.connection.execute("INSERT INTO meta VALUES('origin', 12)")
        try append(5)
        let full = try verify()
        #expect(full.problem == nil && full.reports == 0 && full.checked == 17)
        let since = try verify(full: false)
        #expect(since.oldest?.number == 12)
    }

    @Test("a report that tells nonsense is passed over", arguments: [0, -1, Int64.min, 12, Int64.max])
    func nonsense(events: Int64) throws {
        try append(10)
        try report(ChainHead(head: "x", events: events))
        for full in [true, false] { #expect(try verify(full: full).problem == nil) }
    }

    @Test(
        "a row with a number that no agent gives is found, and no number ends the agent",
        arguments: [0, -5, Int64.min, Int64.max, 1 << 61])
    func numbers(number: Int64) throws {
        try append(5)
        let event = journal.event()
        let hash = store.chain.hash(
            number: number, id: event.id, priority: 4, recipients: "", json: "{}", after: store.head.hash)
        try store.statement("INSERT INTO event VALUES(?, ?, ?, 4, NULL, NULL, '', '', '{}', ?, ?)").run(
            Value(number), Value(event.id.key), Value(Int64(bitPattern: event.id.random)),
            Value(store.head.hash.bytes), Value(hash.bytes))
        for thinned in [0, ChainLink.numbers.upperBound] {
            try store.statement("UPDATE meta SET value = ? WHERE name = 'thinned'").run(Value(thinned))
            try expect(.changed, at: number)
            if number > 0 { try expect(.changed, at: number, full: false) }
        }
    }

    @Test("what a walk finds while the agent runs is handled: set aside, and whatever is whole taken over")
    func handled() throws {
        let running = try OpenJournal()
        let first = running.record()
        _ = running.record()
        _ = try running.await { if case .recorded = $0 { true } else { nil } }
        let good = try running.ask { reply in .verify(full: true) { reply($0) } } as ChainFindings?
        #expect(good != nil && good?.problem == nil)
        let other = try Connection.toJournal("\(running.directory)/journal.sqlite")
        try other.execute("UPDATE event SET priority = 1 WHERE key = \(first.key)")
        let found = try running.ask { reply in .verify(full: true) { reply($0) } } as ChainFindings?
        #expect(found?.problem == .changed)
        let contents = try running.await { if case .renewed(let contents) = $0 { contents } else { nil } }
        #expect(contents.setAside?.contains("journal.sqlite.damaged-") == true)
    }
}
