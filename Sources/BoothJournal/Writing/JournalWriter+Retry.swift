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
            // A commit that fails may have arrived: the file is asked once it can be written again.
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

    /// Takes the tallies from the file, which has everything now.
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
