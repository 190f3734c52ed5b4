// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

struct RetryOrder: Sendable {
    /// nil: all refused events.
    let event: EventID?
    let answer: @Sendable ([(target: TargetID, event: EventID)]?) -> Void
}

// Puts refused events back into their queues.
extension JournalWriter {
    /// Answers `order`. Pending entries were just written. If some are still pending, the disk is failing, and it could
    /// not store this change either.
    func putBack(_ order: RetryOrder) {
        guard pending.isEmpty, storage == .ok, let file else { return order.answer(nil) }
        do throws(SQLiteError) {
            let back = try putBack(order.event, in: file.store)
            for row in back {
                queues[row.target]?.queued += 1
                queues[row.target]?.rejected -= 1
            }
            if !back.isEmpty { care.noteWrite() }
            order.answer(back)
        } catch {
            // A commit that failed may have been written: count again when the file can be written.
            hasDoubtfulTallies = true
            refuse(.database(error))
            order.answer(nil)
        }
    }

    private func putBack(
        _ event: EventID?, in store: JournalStore
    ) throws(SQLiteError) -> [(target: TargetID, event: EventID)] {
        var back: [(target: TargetID, event: EventID)] = []
        try store.transaction(synced: true) { () throws(SQLiteError) in
            for queue in setup.targets.compactMap({ queues[$0] }) where queue.rejected > 0 {
                guard let number = queue.number else { continue }
                for id in try store.putBack(event, of: number) { back.append((queue.target, id)) }
            }
        }
        return back
    }

    /// Counts the queues in the file; nothing else is pending.
    func recount(in store: JournalStore) throws(SQLiteError) {
        for (target, queue) in queues {
            guard let number = queue.number else { continue }
            let tally = try store.tally(of: number)
            queues[target]?.queued = tally.queued
            queues[target]?.rejected = tally.rejected
        }
        hasDoubtfulTallies = false
    }
}
