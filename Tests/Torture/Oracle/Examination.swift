// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel
import TestSupport

/// Opens a journal as the agent does after a restart, fetches all its queues, records one more event, closes it, and
/// judges the result.
package struct Examination {
    package private(set) var problems: [String] = []
    /// The ledger after this opening.
    package private(set) var ledger: Ledger
    /// The notes of this opening.
    package private(set) var notes: [Note] = []

    /// - Parameters:
    ///   - directory: the state directory; nobody has it open.
    ///   - ledger: what is known about it so far.
    ///   - allowance: what may be missing.
    ///   - markInMemory: the second mark, if the machine kept running; nil: the power went.
    ///   - descriptor: where the notes of this opening are written; -1: nowhere.
    package init(
        of directory: String, limit: Int64, knowing ledger: Ledger, allowing allowance: Oracle.Allowance,
        markInMemory: String? = nil, _ random: inout SeededRandom, notesTo descriptor: CInt = -1
    ) {
        let book = Book(ledger, descriptor: descriptor)
        self.ledger = ledger
        do {
            let journal = try TestedJournal(
                directory: directory, markInMemory: markInMemory, limit: limit, book: book, patience: .seconds(10))
            let offered = Result { try Self.open(journal, &random) }
            if !journal.stop() { problems.append("the journal could not be closed with everything on disk") }
            var oracle = Oracle(
                ledger: book.ledger, tables: JournalTables(directory: directory), offered: try offered.get())
            problems += oracle.judge(allowance, lossesBefore: ledger.losses.count)
        } catch {
            problems.append("cannot be opened or does not answer: \(error)")
        }
        self.ledger = book.ledger
        notes = book.notes
        _ = self.ledger.takeProblems()
    }

    /// Records an event for all targets, and fetches everything that waits.
    private static func open(_ journal: TestedJournal, _ random: inout SeededRandom) throws -> [String: [String]] {
        // The agent continues from that key, whatever it is.
        var ids = EventIDGenerator(after: try journal.awaitContents().lastKey)
        let next = ids.next(wallMilliseconds: 0).key
        let probe = SampleEvent.record(
            EventID(key: max(next, journal.book.ledger.highestKey &+ 1), random: random.next()))
        journal.record(JournalEntry(events: [probe.entryEvent(for: TestedJournal.targets)]))
        try journal.awaitRecorded(probe.id)
        try journal.awaitTold()
        var offered: [String: [String]] = [:]
        for target in TestedJournal.targets {
            offered[target.rawValue] = try journal.fetch(1_000_000, for: target).map { "\($0.id)" }
        }
        return offered
    }
}
