// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// Somebody wants refused events sent once more.
struct RetryOrder: Sendable {
    /// nil: all of them.
    let event: EventID?
    let answer: @Sendable ([(target: TargetID, event: EventID)]?) -> Void
}

// Refused events that go back into their queues.
extension JournalWriter {
    /// Answers `order`. What waited was written just before: a refusal that is still in memory is one that the disk did
    /// not take, and it would not take its undoing either.
    func putBack(_ order: RetryOrder) {
        guard pending.isEmpty, storage == .ok, let store else { return order.answer(nil) }
        do throws(SQLiteError) {
            let back = try putBack(order.event, in: store)
            for row in back {
                queues[row.target]?.queued += 1
                queues[row.target]?.rejected -= 1
            }
            if !back.isEmpty { scheduleCheckpoint() }
            order.answer(back)
        } catch {
            // A commit that fails may have arrived: the file is asked once it can be written again.
            hasDoubtfulTallies = true
            refuse(error)
            order.answer(nil)
        }
    }

    private func putBack(
        _ event: EventID?, in store: JournalStore
    ) throws(SQLiteError) -> [(target: TargetID, event: EventID)] {
        var back: [(target: TargetID, event: EventID)] = []
        try store.transaction(synced: true) { () throws(SQLiteError) in
            for queue in targets.compactMap({ queues[$0] }) where queue.rejected > 0 {
                for id in try store.putBack(event, of: queue.number) { back.append((queue.target, id)) }
            }
        }
        return back
    }

    /// Takes the tallies from the file, which has everything now.
    func recount(in store: JournalStore) throws(SQLiteError) {
        for (target, queue) in queues {
            let tally = try store.tally(of: queue.number)
            queues[target]?.queued = tally.queued
            queues[target]?.rejected = tally.rejected
        }
        hasDoubtfulTallies = false
    }
}

extension JournalStore {
    /// Queues refused events of a target again, those of `event` or all; returns which.
    func putBack(_ event: EventID?, of target: Int64) throws(SQLiteError) -> [EventID] {
        let which = "target = ? AND state = 2 AND priority IN (1, 2, 3, 4) AND event BETWEEN ? AND ?"
        let (target, first, last) = (Value(target), Value(event?.key ?? 0), Value(event?.key ?? .max))
        let find = try connection.prepare(
            "SELECT event, (SELECT random FROM event WHERE key = event) FROM delivery WHERE \(which) ORDER BY event")
        let found = try find.rows(target, first, last) { row throws(SQLiteError) in
            EventID(key: row.integer(at: 0), random: UInt64(row.integer(at: 1)))
        }
        guard event == nil || found == [event] else { return [] }
        try connection.prepare("UPDATE OR REPLACE delivery SET state = 0, reason = NULL WHERE \(which)")
            .run(target, first, last)
        return found
    }
}
