// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

/// Inspects the whole file, slice by slice: first each page's checksum, then each event's hash and link. It continues
/// where the last slice ended, so that no press waits for it.
final class JournalInspection {
    private let store: JournalStore
    /// Events up to this number may be missing.
    var thinned: Int64
    /// The last event that was checked.
    private(set) var link: ChainLink
    private var nextPage: UInt32? = 1
    private(set) var isComplete = false

    /// Each slice takes some milliseconds.
    private static let pagesOfSlice = 512
    private static let eventsOfSlice = 200

    /// - Parameters:
    ///   - link: the event after which to begin.
    ///   - thinned: events up to this number may be missing.
    init(_ store: JournalStore, from link: ChainLink, thinned: Int64) {
        self.store = store
        self.link = link
        self.thinned = thinned
    }

    /// Checks slices until `span` is over or everything was checked.
    ///
    /// - Throws: `SQLiteError` with `isDamage` if something is not what was written.
    func look(within span: Duration) throws(SQLiteError) {
        let end = BootTime.now() + span
        while !isComplete, BootTime.now() < end { try advance() }
    }

    func advance() throws(SQLiteError) {
        if let page = nextPage {
            nextPage = try scrub(from: page)
            return
        }
        // Begin at the lowest number, to find rows that somebody inserted before the first event.
        let rows = try store.chainedEvents(from: link == .start ? .min : link.number + 1, limit: Self.eventsOfSlice)
        for row in rows { link = try check(row, after: link) }
        guard rows.count < Self.eventsOfSlice else { return }
        guard link == store.head else { throw JournalStore.changed(number: store.head.number) }
        isComplete = true
    }

    /// Verifies the checksums of one slice of pages.
    ///
    /// - Returns: the next page; nil at the end of the file.
    private func scrub(from page: UInt32) throws(SQLiteError) -> UInt32? {
        guard try store.connection.reservedBytes() >= JournalSchema.reservedBytes else {
            throw Self.damage("the pages have no checksums")
        }
        let found = try store.connection.firstDamagedPage(from: page, count: Self.pagesOfSlice)
        if let damaged = found.damagedPage { throw Self.damage("page \(damaged) is not what was written") }
        return found.isAtEnd ? nil : found.nextPage
    }

    private static func damage(_ words: String) -> SQLiteError {
        SQLiteError(.read, extendedCode: SQLiteError.damage, message: words)
    }

    /// Checks every link between two numbers. The events of both numbers exist or were thinned.
    func checkLinks(from first: Int64, to last: Int64) throws(SQLiteError) {
        var at = ChainLink(number: first - 1, hash: .zero)
        var isFirst = true
        while at.number < last {
            let rows = try store.chainedEvents(from: at.number + 1, limit: Self.eventsOfSlice)
            guard !rows.isEmpty else { break }
            for row in rows {
                at = try isFirst ? checkAlone(row) : check(row, after: at)
                isFirst = false
            }
        }
    }

    private func check(
        _ row: (number: Int64, event: ChainedEvent?), after link: ChainLink
    ) throws(SQLiteError) -> ChainLink {
        let next = try checkAlone(row)
        if row.number == link.number + 1 {
            guard row.event?.previous == link.hash else { throw JournalStore.changed(number: row.number) }
        } else if row.number - 1 > thinned {
            // Events are missing that were not thinned.
            throw JournalStore.changed(number: link.number + 1)
        }
        return next
    }

    private func checkAlone(_ row: (number: Int64, event: ChainedEvent?)) throws(SQLiteError) -> ChainLink {
        guard ChainLink.numbers.contains(row.number), let event = row.event, store.chain.proves(event) else {
            throw JournalStore.changed(number: row.number)
        }
        return event.link
    }
}
