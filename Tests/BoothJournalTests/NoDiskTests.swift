// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import SQLite
import Testing

@testable import BoothJournal

@Suite("A booth without a disk")
struct NoDiskTests {
    /// A file in the directory's place: it cannot be opened, as on a card that is gone or read-only.
    private static func block(_ journal: KilledJournal) {
        _ = system("mv '\(journal.directory)' '\(journal.directory).kept' 2>/dev/null; touch '\(journal.directory)'")
    }
    private static func unblock(_ journal: KilledJournal) {
        _ = system("rm -f '\(journal.directory)'; mv '\(journal.directory).kept' '\(journal.directory)' 2>/dev/null")
    }

    @Test("is in service from memory: a press is sent, behind the event that tells of the memory, and settled")
    func fromMemory() throws {
        let journal = try KilledJournal()
        Self.block(journal)
        #expect(try journal.start() == nil)
        guard case .fault = journal.writer?.storage else {
            Issue.record("the storage is no fault")
            return
        }
        let press = journal.record()
        #expect(journal.takeLosses().mapValues(\.reason) == ["police": .memory, "grid": .memory])
        #expect(journal.fetch().map(\.id) == [press])
        journal.settle(press)
        #expect(journal.fetch().isEmpty)
        Self.unblock(journal)
    }

    @Test("takes the disk up when it comes: what memory held is written, what the file held is known again")
    func takenUp() throws {
        let journal = try KilledJournal(remembersInMemory: true)
        try journal.start()
        let older = journal.record()
        let incident = Incident.press(older)
        journal.turn([.record(JournalEntry(incidents: [incident]))])
        journal.kill()
        Self.block(journal)
        #expect(try journal.start() == nil)
        let newer = journal.record()
        journal.tellLosses()
        let sent = journal.fetch()
        #expect(sent.map(\.id).contains(newer) && !sent.map(\.id).contains(older))
        Self.unblock(journal)
        try journal.turn { journal.writer?.storage == .ok }
        #expect(journal.writer?.pending.isEmpty == true)
        journal.takeLosses()
        #expect(journal.contents?.incidents == [incident])
        let all = journal.fetch()
        #expect(Set(all.map(\.id)).isSuperset(of: [older, newer]))
        #expect(all.first { $0.id == newer } == sent.first { $0.id == newer })
        journal.kill()
        try journal.start(tellsLoss: false)
        #expect(journal.takeLosses().isEmpty)
        let again = journal.fetch()
        #expect(again.map(\.sequence).sorted() == all.map(\.sequence).sorted())
        #expect(journal.reused.isEmpty)
    }

    @Test("that dies with what it sent from memory gives none of those numbers again, and tells the loss")
    func diesInMemory() throws {
        let journal = try KilledJournal(remembersInMemory: true)
        try journal.start()
        _ = journal.record()
        _ = journal.fetch()
        journal.limit = 1 << 20
        journal.kill()
        try journal.start()
        journal.fill()
        let lost = (0..<3).map { _ in journal.record() }
        journal.tellLosses()
        #expect(Set(journal.fetch().map(\.id)).isSuperset(of: lost))
        journal.kill()
        journal.limit = 64 << 20
        try journal.start(tellsLoss: false)
        #expect(journal.tellLosses().mapValues(\.reason) == ["police": .memory, "grid": .memory])
        for _ in 0..<5 { _ = journal.record() }
        _ = journal.fetch()
        #expect(journal.reused.isEmpty)
    }

    @Test("goes on in the same sequence once the disk that was full takes what memory held")
    func recovers() throws {
        let journal = try KilledJournal()
        journal.limit = 1 << 20
        try journal.start()
        let first = journal.record()
        _ = journal.fetch()
        journal.fill()
        let press = journal.record()
        journal.tellLosses()
        let sent = journal.fetch()
        #expect(sent.map(\.id).contains(press))
        journal.turn([.limit(64 << 20)])
        try journal.turn { journal.writer?.storage == .ok }
        let next = journal.record()
        let all = journal.fetch()
        #expect(Set(all.map(\.id)).isSuperset(of: [first, press, next]))
        #expect(all.first { $0.id == press } == sent.first { $0.id == press })
        let generations = Set(all.map { $0.sequence.prefix(6) })
        #expect(generations.count == 2)
        journal.kill()
        try journal.start(tellsLoss: false)
        #expect(journal.takeLosses().isEmpty)
        _ = journal.record()
        _ = journal.fetch()
        #expect(journal.reused.isEmpty)
    }

    @Test("bounds its memory: the least urgent goes first, a press stays, and what goes is told by its numbers")
    func bounded() throws {
        let journal = try KilledJournal()
        Self.block(journal)
        #expect(try journal.start() == nil)
        let press = journal.record()
        journal.tellLosses()
        let routine = JournalWriter.mostPending + 20
        for _ in 0..<routine { _ = journal.record(.routine) }
        #expect(journal.writer?.pending.count == JournalWriter.mostPending)
        let losses = journal.takeLosses()
        let loss = try #require(losses["police"])
        #expect(loss.reason == .memory && loss.from != nil && loss.to != nil)
        #expect(journal.fetch(20_000).first?.id == press)
        Self.unblock(journal)
    }

    @Test("notices that its directory was deleted, and carries everything over to a new one")
    func deleted() throws {
        let journal = try KilledJournal(remembersInMemory: true)
        try journal.start()
        let press = journal.record()
        let incident = Incident.press(press)
        journal.turn([.record(JournalEntry(incidents: [incident]))])
        let before = journal.fetch()
        #expect(system("rm -r '\(journal.directory)'") == 0)
        journal.writer?.care.placeAt = .now()
        journal.turn()
        try journal.turn { journal.writer?.storage == .ok }
        #expect(journal.tellLosses().count == 2)
        let after = journal.fetch()
        #expect(after.map(\.id).contains(press))
        #expect(!before.map(\.sequence).contains(after.first { $0.id == press }?.sequence ?? ""))
        journal.kill()
        let contents = try journal.start()
        #expect(contents?.incidents == [incident])
        #expect(journal.reused.isEmpty)
    }
    @Test("carries everything over to a directory with an older copy of its journal, and gives no number twice")
    func replaced() throws {
        let journal = try KilledJournal(remembersInMemory: true)
        try journal.start()
        let older = journal.record()
        journal.kill()
        #expect(system("cp -r '\(journal.directory)' '\(journal.directory).copy'") == 0)
        try journal.start()
        let newer = journal.record()
        #expect(Set(journal.fetch().map(\.id)).isSuperset(of: [older, newer]))
        #expect(system("rm -r '\(journal.directory)'; mv '\(journal.directory).copy' '\(journal.directory)'") == 0)
        journal.writer?.care.placeAt = .now()
        journal.turn()
        try journal.turn { journal.writer?.storage == .ok }
        journal.tellLosses()
        let newest = journal.record()
        #expect(Set(journal.fetch().map(\.id)).isSuperset(of: [older, newer, newest]))
        journal.kill()
        try journal.start()
        #expect(Set(journal.fetch().map(\.id)).isSuperset(of: [older, newer, newest]))
        #expect(journal.reused.isEmpty)
    }
}
