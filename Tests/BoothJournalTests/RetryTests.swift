// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite
import Testing

@testable import BoothJournal

@Suite("A refused event that is to be sent once more")
struct RetryTests {
    /// Two events that both targets refused.
    private static func refused(_ booth: OpenJournal) throws -> (first: EventID, second: EventID) {
        let refused = (booth.record(.alarm, to: ["police", "grid"]), booth.record(.help, to: ["police", "grid"]))
        for target in OpenJournal.targets {
            _ = try booth.fetch(10, for: target)
            booth.settle(refused.0, by: target, .rejected(reason: "no such booth"))
            booth.settle(refused.1, by: target, .rejected(reason: "no such booth"))
        }
        return refused
    }

    @Test("goes back to every target that refused it, as it was; the others stay")
    func one() throws {
        let booth = try OpenJournal()
        let id = booth.record(.alarm, to: ["police", "grid"])
        let sent = try booth.fetch(10, for: "grid")
        booth.settle(id, by: "grid", .accepted)
        booth.record(.help, to: ["police"])
        let batch = try booth.fetch(10, for: "police")
        for event in batch { booth.settle(event.id, .rejected(reason: "no such booth")) }
        // The refusals still wait for company on their way to disk.
        #expect(try booth.retry(id) == ["police \(id)"])
        let queues = try booth.queues()
        #expect(queues.map(\.queued) == [1, 0])
        #expect(queues.map(\.rejected) == [1, 0])
        #expect(queues.first?.items.first?.reason == nil)
        let again = try booth.fetch(10, number: 2)
        #expect(again == batch.filter { $0.id == id })
        #expect(again.map(\.sequence) == sent.map(\.sequence))
        booth.settle(id)
        #expect(try booth.queues().map(\.queued) == [0, 0])
    }

    @Test("goes back with all others, is given to a target that waits, and is still queued after a restart")
    func all() throws {
        let booth = try OpenJournal()
        let (first, second) = try Self.refused(booth)
        booth.journal.fetch(FetchRequest(number: 7, limit: 10), for: "grid")
        let back = try #require(try booth.retry(nil))
        #expect(Set(back) == ["police \(first)", "police \(second)", "grid \(first)", "grid \(second)"])
        #expect(try booth.batch(7).map(\.id) == [second, first])
        #expect(try booth.retry(nil) == [])
        try booth.reopen()
        #expect(try booth.contents.status.queues.map(\.queued) == [2, 2])
        #expect(try booth.contents.status.queues.map(\.rejected) == [0, 0])
    }

    @Test("is no other event than the one that is named")
    func unknown() throws {
        let booth = try OpenJournal()
        let (first, _) = try Self.refused(booth)
        #expect(try booth.retry(booth.id()) == [])
        #expect(try booth.retry(EventID(key: first.key, random: first.random ^ 1)) == [])
        #expect(try booth.queues().map(\.rejected) == [2, 2])
    }

    @Test("stays refused while the disk is full")
    func full() throws {
        let booth = try OpenJournal(limit: 1 << 20)
        let (first, _) = try Self.refused(booth)
        try booth.fill()
        #expect(try booth.retry(first) == nil)
        #expect(try booth.queues().map(\.rejected) == [2, 2])
        booth.journal.setLimit(16 << 20)
        #expect(try booth.retry(first)?.count == 2)
    }

    @Test("is counted as the file has it, once the disk that refused goes on")
    func doubtful() throws {
        let booth = try OpenJournal()
        let (first, _) = try Self.refused(booth)
        _ = try booth.queues()
        let other = try Connection(path: "\(booth.directory)/journal.sqlite")
        try other.execute("ALTER TABLE delivery RENAME TO hidden")
        #expect(try booth.retry(nil) == nil)
        // As if the commit had arrived without the journal knowing.
        try other.execute("UPDATE hidden SET state = 0 WHERE event = \(first.key) AND target = 1")
        try other.execute("ALTER TABLE hidden RENAME TO delivery")
        let status = try booth.await { report in
            if case .status(let status) = report, status.storage == .ok, status.queues.first?.queued == 1 {
                status
            } else {
                nil
            }
        }
        #expect(status.queues.map(\.rejected) == [1, 2])
        #expect(try booth.fetch(10).map(\.id) == [first])
    }
}
