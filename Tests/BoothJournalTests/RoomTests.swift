// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Testing

@testable import BoothJournal

@Suite("A journal with little room")
struct RoomTests {
    private static func bytes(of journal: KilledJournal) -> Int64 {
        journal.writer?.file?.directory.bytesUsed ?? 0
    }

    @Test("keeps within its limit for ever where everything is answered: the oldest history goes, and nothing is told")
    func history() throws {
        let journal = try KilledJournal()
        journal.limit = 1 << 20
        try journal.start()
        for event in journal.fetch() { for target in KilledJournal.targets { journal.settle(event.id, by: target) } }
        for _ in 0..<3000 {
            let id = journal.record(.routine, filler: 500)
            for target in KilledJournal.targets { journal.settle(id, by: target) }
        }
        #expect(journal.writer?.storage == .ok)
        #expect(Self.bytes(of: journal) <= 1 << 20)
        #expect(journal.takeLosses().isEmpty)
        #expect(journal.writer?.care.historyFrom != nil)
        let last = journal.record()
        #expect(journal.fetch().map(\.id).contains(last))
        journal.kill()
        try journal.start(tellsLoss: false)
        #expect(journal.takeLosses().isEmpty)
    }

    @Test("gives up nothing that waits while settled history lies behind it")
    func historyBehind() throws {
        let journal = try KilledJournal()
        journal.limit = 1 << 20
        try journal.start()
        for event in journal.fetch() { for target in KilledJournal.targets { journal.settle(event.id, by: target) } }
        // More of them in a row than one slice of thinning looks at.
        let waiting = (0..<300).map { _ in journal.record(.routine, filler: 200) }
        for _ in 0..<2000 {
            let id = journal.record(.routine, filler: 500)
            for target in KilledJournal.targets { journal.settle(id, by: target) }
        }
        #expect(journal.writer?.storage == .ok)
        #expect(journal.takeLosses().isEmpty)
        #expect(journal.fetch().map(\.id) == waiting)
    }

    @Test("gives up what waits for want of room: the least urgent first, never a press, and names what it was")
    func overflow() throws {
        let journal = try KilledJournal()
        journal.limit = 1 << 20
        try journal.start()
        let presses = (0..<20).map { _ in journal.record(.help, filler: 500) }
        var routine: [EventID] = []
        for _ in 0..<3000 { routine.append(journal.record(.routine, filler: 500)) }
        #expect(journal.writer?.storage == .ok)
        #expect(Self.bytes(of: journal) <= 1 << 20)
        let losses = journal.takeLosses()
        let loss = try #require(losses["police"])
        #expect(loss.reason == .overflow)
        let left = journal.fetch(10_000)
        #expect(Set(left.map(\.id)).isSuperset(of: presses))
        // The oldest routine events are gone, the newest are there.
        #expect(left.map(\.id).contains(routine[2999]) && !left.map(\.id).contains(routine[0]))
        let from = try #require(loss.from)
        let to = try #require(loss.to)
        #expect(left.filter { $0.priority == .routine }.allSatisfy { $0.sequence > from })
        #expect(from <= to && loss.count?["other"] ?? 0 > 0)
    }

    @Test("tells a loss that goes on once, with all of it, when the target answers")
    func overflowGoesOn() throws {
        let journal = try KilledJournal()
        journal.limit = 1 << 20
        try journal.start()
        for _ in 0..<3000 { _ = journal.record(.routine, filler: 500) }
        #expect(journal.tellLosses()["police"] != nil)
        for _ in 0..<500 { _ = journal.record(.routine, filler: 500) }
        #expect(journal.takeLosses()["police"] == nil)
        let event = try #require(journal.fetch(1).first)
        journal.settle(event.id)
        journal.turn()
        #expect(journal.tellLosses()["police"]?.count?["other"] ?? 0 > 100)
    }

    @Test("thins what was settled longer ago than is kept, by the newest event's time and not by a clock")
    func aging() throws {
        let journal = try KilledJournal()
        journal.keep = .seconds(35 * 86_400)
        try journal.start()
        for event in journal.fetch() { for target in KilledJournal.targets { journal.settle(event.id, by: target) } }
        let old = (0..<100).map { _ in journal.record(.routine) }
        for id in old.dropFirst() { for target in KilledJournal.targets { journal.settle(id, by: target) } }
        journal.pass(days: 36)
        let new = journal.record(.routine)
        journal.writer?.care.agingAt = .now()
        try journal.turn {
            journal.writer?.care.aging == nil
                && journal.writer?.care.agingAt.map { $0 > .now() + .seconds(60) } ?? false
        }
        let kept = try #require(journal.writer?.file).store.recentEvents(limit: 1000).map(\.key)
        // What still waits is kept however old it is.
        #expect(kept == [old[0].key, new.key])
        journal.kill()
        try journal.start(tellsLoss: false)
        #expect(journal.takeLosses().isEmpty)
    }
}
