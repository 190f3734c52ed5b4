// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import SQLite
import Testing

@testable import BoothJournal

@Suite("A journal that is held against its mark")
struct WitnessTests {
    /// A journal with three presses on disk that nobody has been sent, killed.
    private static func withPresses(
        remembersInMemory: Bool = false
    ) throws -> (journal: KilledJournal, presses: [EventID], last: [QueuedEvent]) {
        let journal = try KilledJournal(remembersInMemory: remembersInMemory)
        try journal.start()
        let presses = (0..<3).map { _ in journal.record() }
        let given = journal.fetch()
        journal.kill()
        return (journal, presses, given)
    }

    @Test("goes on as it was after kill -9: the same numbers, and no loss")
    func killed() throws {
        let (journal, presses, before) = try Self.withPresses()
        let contents = try journal.start()
        #expect(contents?.setAside == nil)
        #expect(journal.takeLosses().isEmpty)
        let after = journal.fetch()
        #expect(after.map(\.id).filter(presses.contains) == presses)
        #expect(after == before)
        #expect(journal.reused.isEmpty)
    }

    @Test("whose log was deleted: the loss is told, and no number is given again")
    func logDeleted() throws {
        let (journal, _, _) = try Self.withPresses()
        #expect(unlink(journal.journal + "-wal") == 0)
        try journal.start(tellsLoss: false)
        #expect(journal.takeLosses().mapValues(\.reason) == ["police": .damaged, "grid": .damaged])
        _ = journal.record()
        _ = journal.fetch()
        #expect(journal.reused.isEmpty)
    }

    @Test(
        "whose log has a changed byte: the presses behind it are sent all the same, by new numbers, and the loss is told"
    )
    func logChanged() throws {
        for part in 1...19 {
            let (journal, presses, _) = try Self.withPresses()
            let log = journal.journal + "-wal"
            try flip(log, at: try journal.bytes(of: log).count * part / 20)
            try journal.start()
            let given = journal.fetch()
            // What lay on the page of that byte, and nowhere else, is gone: the newest press at most.
            let missing = presses.filter { press in !given.contains { $0.id == press } }
            #expect(missing.isEmpty || missing == [presses[2]], "byte \(part)/20")
            #expect(journal.reused.isEmpty, "byte \(part)/20")
        }
    }

    @Test("whose directory was emptied: another generation, that begins with a loss of what is missing")
    func emptied() throws {
        let (journal, _, before) = try Self.withPresses(remembersInMemory: true)
        #expect(system("rm '\(journal.directory)'/*") == 0)
        try journal.start(tellsLoss: false)
        #expect(journal.tellLosses().mapValues(\.reason) == ["police": .missing, "grid": .missing])
        let told = try #require(journal.fetch().first)
        #expect(told.sequence.hasSuffix("00000000000001"))
        _ = journal.record()
        #expect(journal.fetch().last?.sequence ?? "" > before.last?.sequence ?? "")
        #expect(journal.reused.isEmpty)
    }

    @Test("that was put back from an older copy: no number is given again, and the loss is told")
    func putBack() throws {
        let journal = try KilledJournal()
        try journal.start()
        let old = journal.record()
        journal.kill()
        #expect(system("cp -a '\(journal.directory)' '\(journal.directory).copy'") == 0)
        try journal.start()
        for _ in 0..<3 { _ = journal.record() }
        _ = journal.fetch()
        journal.kill()
        #expect(system("rm -r '\(journal.directory)' && mv '\(journal.directory).copy' '\(journal.directory)'") == 0)
        try journal.start(tellsLoss: false)
        #expect(journal.tellLosses().mapValues(\.reason) == ["police": .missing, "grid": .missing])
        _ = journal.record()
        #expect(journal.fetch().map(\.id).contains(old))
        #expect(journal.reused.isEmpty)
    }

    @Test("whose database alone was put back from a copy")
    func databasePutBack() throws {
        let journal = try KilledJournal()
        try journal.start()
        _ = journal.record()
        journal.kill()
        #expect(system("cd '\(journal.directory)' && mkdir ../copy && cp journal.sqlite* ../copy") == 0)
        try journal.start()
        for _ in 0..<3 { _ = journal.record() }
        _ = journal.fetch()
        journal.kill()
        #expect(system("cd '\(journal.directory)' && cp ../copy/* .") == 0)
        try journal.start(tellsLoss: false)
        #expect(Set(journal.tellLosses().keys) == ["police", "grid"])
        for _ in 0..<3 { _ = journal.record() }
        _ = journal.fetch()
        #expect(journal.reused.isEmpty)
    }

    @Test("whose row was changed by hand, pages and all, is found out by its chain")
    func changedByHand() throws {
        let (journal, presses, _) = try Self.withPresses()
        do {
            let connection = try Connection.toJournal(journal.journal)
            try connection.execute(
                "UPDATE event SET json = replace(json, 'filler', 'fulfil') WHERE key = \(presses[1].key)")
        }
        let contents = try journal.start(tellsLoss: false)
        #expect(contents?.setAside?.hasPrefix(journal.journal + ".damaged-") == true)
        #expect(journal.tellLosses().mapValues(\.reason) == ["police": .damaged, "grid": .damaged])
        // The row that does not prove itself is gone, the others are sent.
        let given = Set(journal.fetch().map(\.id))
        #expect(given.isSuperset(of: [presses[0], presses[2]]) && !given.contains(presses[1]))
    }

    @Test(
        "whose own numbers were changed by hand is found out, and nothing of it is lost",
        arguments: ["generation", "thinned", "origin"], [Int64.min, -1, .max])
    func numbersChangedByHand(name: String, value: Int64) throws {
        let (journal, presses, _) = try Self.withPresses()
        do {
            let connection = try Connection.toJournal(journal.journal)
            try connection.execute("INSERT OR REPLACE INTO meta VALUES('\(name)', \(value))")
        }
        let contents = try journal.start()
        // `origin` is looked at when it is needed.
        if name != "origin" { #expect(contents?.setAside != nil) }
        #expect(Set(journal.fetch().map(\.id)).isSuperset(of: presses))
        journal.record()
        #expect(journal.reused.isEmpty)
    }

    @Test(
        "whose count of a target was changed by hand is found out",
        arguments: [Int64.min, -1, 100_000_000_000_000, .max])
    func countChangedByHand(count: Int64) throws {
        let (journal, presses, _) = try Self.withPresses()
        do {
            let connection = try Connection.toJournal(journal.journal)
            try connection.execute("UPDATE target SET last = \(count)")
        }
        let contents = try journal.start()
        #expect(contents?.setAside != nil)
        journal.record()
        #expect(Set(journal.fetch().map(\.id)).isSuperset(of: presses))
        #expect(journal.reused.isEmpty)
    }

    @Test("without its mark goes on with its rows, in another generation")
    func markDeleted() throws {
        let (journal, presses, _) = try Self.withPresses()
        #expect(unlink("\(journal.directory)/journal.mark") == 0)
        try journal.start(tellsLoss: false)
        #expect(journal.tellLosses().mapValues(\.reason) == ["police": .missing, "grid": .missing])
        #expect(journal.fetch().map(\.id).filter(presses.contains) == presses)
        #expect(journal.reused.isEmpty)
    }

    @Test("tells a loss again after a crash, until it was written that it is told")
    func toldOnce() throws {
        let journal = try KilledJournal()
        try journal.start(tellsLoss: false)
        #expect(journal.takeLosses().count == 2)
        journal.kill()
        try journal.start(tellsLoss: false)
        #expect(journal.tellLosses().count == 2)
        journal.kill()
        try journal.start(tellsLoss: false)
        #expect(journal.takeLosses().isEmpty)
        #expect(journal.fetch().map { $0.sequence.suffix(14) } == ["00000000000001"])
    }

    @Test("of another version is left as it is: the booth goes on from memory")
    func otherSchema() throws {
        let (journal, _, _) = try Self.withPresses()
        do {
            let connection = try Connection.toJournal(journal.journal)
            try connection.execute("PRAGMA user_version = 999")
        }
        let before = try journal.bytes(of: journal.journal)
        #expect(try journal.start() == nil)
        #expect(journal.writer?.storage.message?.en.contains("schema 999") == true)
        let press = journal.record()
        #expect(journal.fetch().map(\.id).contains(press))
        journal.kill()
        #expect(try journal.bytes(of: journal.journal) == before)
    }
}
