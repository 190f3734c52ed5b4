// SPDX-License-Identifier: Apache-2.0
import BoothModel
import CrashVFS
import Glibc
import SQLite
import Testing

@testable import BoothJournal

/// Write by write, through the crash VFS. It is one for the whole process: these tests run one after the other.
@Suite("A disk that refuses while a journal is opened", .serialized)
struct FaultTests {
    private static let vfs = String(cString: crashvfs_name)
    private static let full: CInt = 13
    private static let refused: CInt = 778

    init() throws {
        try #require(crashvfs_register(0) == 0)
    }

    private static func block(_ journal: KilledJournal) {
        _ = system("mv '\(journal.directory)' '\(journal.directory).kept' 2>/dev/null; touch '\(journal.directory)'")
    }
    private static func unblock(_ journal: KilledJournal) {
        _ = system("rm -f '\(journal.directory)'; mv '\(journal.directory).kept' '\(journal.directory)' 2>/dev/null")
    }

    @Test(
        "has nothing recorded that waits for nobody, and no number given twice, where it refuses as the file is taken up",
        arguments: [full, refused])
    func takenUpWhole(code: CInt) throws {
        let journal = try KilledJournal()
        journal.vfs = Self.vfs
        try journal.start()
        let older = journal.record()
        journal.kill()
        // The file is ahead of memory: a generation above both is begun in it as it is taken up.
        try JournalStore(path: journal.journal, vfs: "boothd-checked-crash", limit: 1 << 20, generation: nil)
            .setGeneration(900_000)
        Self.block(journal)
        #expect(try journal.start() == nil)
        let press = journal.record()
        journal.tellLosses()
        let sent = journal.fetch()
        #expect(sent.map(\.id).contains(press))

        Self.unblock(journal)
        crashvfs_begin(journal.directory + "/journal.sqlite")
        defer { crashvfs_end() }
        // The database and its log are refused a write, the mark is not.
        try journal.takeUpFile { crashvfs_fail(CInt(CRASHVFS_WRITE), 0, 1, code) }
        #expect(crashvfs_faults() == 1)
        #expect(journal.writer?.storage != .ok)
        try journal.turn { journal.writer?.storage == .ok }
        journal.tellLosses()
        let newer = journal.record()
        let all = journal.fetch()
        #expect(Set(all.map(\.id)).isSuperset(of: [older, press, newer]))
        #expect(journal.fetch(for: "grid").map(\.id) == all.map(\.id))

        journal.kill()
        try journal.start()
        _ = journal.record()
        let again = journal.fetch()
        #expect(Set(again.map(\.id)).isSuperset(of: all.map(\.id)))
        #expect(journal.reused.isEmpty)
    }

    @Test("leaves no file open that has no write-ahead log", arguments: [full, refused])
    func onlyWithLog(code: CInt) throws {
        try CheckedPages.register(name: "boothd-checked-crash", below: Self.vfs)
        var places = 0
        var faults: Int64 = 1
        while faults > 0 {
            var template = Array("/tmp/boothd-fault-XXXXXX".utf8CString)
            let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
            defer { _ = system("rm -r '\(directory)'") }
            let path = directory + "/journal.sqlite"
            crashvfs_begin(directory)
            defer { crashvfs_end() }
            crashvfs_fail(CInt(CRASHVFS_WRITE), Int64(places), 1, code)
            let store = try? JournalStore(path: path, vfs: "boothd-checked-crash", limit: 1 << 20, generation: 1)
            faults = crashvfs_faults()
            crashvfs_fail(CInt(CRASHVFS_WRITE), 0, 0, 0)
            places += 1
            guard let store else { continue }
            #expect(try store.connection.checkpoint(.passive).logged >= 0, "write \(places) was refused")
        }
        // The header of the first journal, the first page, and the log.
        #expect(places > 4)
    }

    /// So many presses are answered, and history.
    private static let settled = 15

    /// A journal that ended with presses waiting, others answered, and an open incident, and whose file is damaged since.
    private static func damaged() throws -> (journal: KilledJournal, presses: Set<EventID>, incident: Incident) {
        let journal = try KilledJournal()
        journal.vfs = vfs
        try journal.start()
        let presses = Set((0..<40).map { _ in journal.record() })
        for press in presses.sorted().prefix(Self.settled) {
            for target in KilledJournal.targets { journal.settle(press, by: target) }
        }
        let incident = Incident.press(try #require(presses.max()))
        journal.turn([.record(JournalEntry(incidents: [incident]))])
        try journal.writer?.file?.store.checkpointAll()
        journal.kill()
        // The first page lists the tables.
        try flip(journal.journal, at: 200)
        return (journal, presses, incident)
    }

    private static func expectWhole(
        _ journal: KilledJournal, _ presses: Set<EventID>, _ incident: Incident, _ place: Int
    ) throws {
        let contents = try #require(try journal.start())
        #expect(contents.incidents == [incident], "refused at write \(place)")
        let waiting = presses.sorted().dropFirst(Self.settled)
        #expect(Set(waiting).isSubset(of: journal.fetch().map(\.id)), "refused at write \(place)")
        #expect(Set(waiting).isSubset(of: journal.fetch(for: "grid").map(\.id)), "refused at write \(place)")
        let store = try #require(journal.writer?.file?.store)
        let recorded = try store.chainedEvents(from: 1, limit: 1000)
        #expect(presses.isSubset(of: recorded.compactMap(\.event?.id)), "refused at write \(place)")
        #expect(journal.reused.isEmpty)
    }

    /// Starts it while one write is refused, and ends it.
    ///
    /// - Returns: whether that write was reached.
    private static func start(_ journal: KilledJournal, refusing place: Int, _ code: CInt) throws -> Bool {
        crashvfs_begin(journal.directory)
        defer { crashvfs_end() }
        crashvfs_fail(CInt(CRASHVFS_WRITE), Int64(place), 1, code)
        let contents = try journal.start(tellsLoss: false)
        let wasReached = crashvfs_faults() > 0
        if !wasReached { #expect(contents != nil) }
        journal.kill()
        return wasReached
    }

    @Test(
        "gives back what a damaged journal held, at whatever write its reading out ended", arguments: [full, refused])
    func readOutAgain(code: CInt) throws {
        var place = 0
        var wasReached = true
        while wasReached {
            let (journal, presses, incident) = try Self.damaged()
            wasReached = try Self.start(journal, refusing: place, code)
            try Self.expectWhole(journal, presses, incident, place)
            place += 7
        }
        #expect(place > 100)
    }

    @Test("gives back what a damaged journal held, though each start but the last ends at a later write")
    func readOutAtLast() throws {
        let (journal, presses, incident) = try Self.damaged()
        var place = 0
        while try Self.start(journal, refusing: place, Self.refused) { place += 1 }
        try Self.expectWhole(journal, presses, incident, place)
        #expect(place > 10)
    }

    @Test("is asked a few times more at the end, and not as often as a thread can be started")
    func insists() throws {
        let journal = try KilledJournal()
        Self.block(journal)
        defer { Self.unblock(journal) }
        #expect(try journal.start() == nil)
        journal.record()
        #expect((1...11).contains(journal.stop()))
    }
}
