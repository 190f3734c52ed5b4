// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// How the journal keeps within its limit: settled history is thinned, the oldest first; where what waits fills the room by
// itself, the least urgent is given up, and that is told. A press goes last of all.
extension JournalWriter {
    /// Events of one slice.
    private static let slice = 64

    /// Makes room where little is left: a slice at a time, before it is needed.
    ///
    /// An eighth of the room is kept free of history, a sixteenth of what waits: for presses, and for answers.
    func keepRoom(in file: OpenFile, at now: BootTime) throws(SQLiteError) {
        care.roomAt = nil
        let room = try file.store.room()
        guard room.free < room.most / 8 else { return }
        let thinning = try thin(file.store)
        var goesOn = thinning.removed > 0 || thinning.goesOn
        if !goesOn, room.free < room.most / 16, try giveUp(in: file.store) { goesOn = true }
        guard goesOn else { return }
        care.roomAt = now
        if thinning.removed > 0 || !thinning.goesOn { care.noteWrite() }
    }

    /// Makes room for what the file had no room for.
    ///
    /// - Returns: whether it is worth trying again.
    func makeRoom(in file: OpenFile) throws(SQLiteError) -> Bool {
        if file.directory.ballast.release() { return true }
        // With room left in the file it is the disk that is full: to delete rows would not help it.
        var room = try file.store.room()
        // What can never fit is no reason to delete all there is.
        let needed = pagesOfPending < room.most / 2 ? pagesOfPending : 0
        guard room.free < max(room.most / 8, needed) else { return false }
        var removed = 0
        while removed < Self.slice || room.free < needed {
            let thinning = try thin(file.store)
            removed += thinning.removed
            // Nothing that waits is given up while there is settled history behind it.
            if thinning.removed == 0, !thinning.goesOn {
                guard removed < Self.slice, try giveUp(in: file.store) else { break }
            }
            if file.store.bytesLogged > JournalSchema.logAllowance(of: setup.limit) / 2 { try file.store.checkpoint() }
            room = try file.store.room()
        }
        return removed > 0
    }

    /// How many pages what waits to be written may take, generously: its text, and a row in each of its tables.
    private var pagesOfPending: Int64 {
        var bytes = 0
        for item in pending {
            for event in item.entry.events { bytes += event.event.json.utf8.count + Self.bytesBesideText }
            bytes += (item.deliveries.count + item.entry.points.count) * Self.bytesBesideText
            bytes += (item.entry.incidents.count + item.entry.tasks.count) * 2 * Self.bytesBesideText
        }
        return Int64(bytes) / JournalSchema.pageSize
    }

    /// Of a row: its keys, its hashes, and what is left free on the pages around it.
    private static let bytesBesideText = 512

    /// What a slice of thinning came to.
    private struct Thinning {
        /// How many events and closed incidents went.
        var removed: Int
        /// Whether there is more to look at; else there is nothing left that could go, until something is settled.
        var goesOn: Bool
    }

    /// Deletes a slice of settled history.
    private func thin(_ store: JournalStore) throws(SQLiteError) -> Thinning {
        let (cursor, open) = (care.thinnedForRoom, self.open)
        var thinning = Thinning(removed: 0, goesOn: true)
        try store.transaction(synced: false) { () throws(SQLiteError) in
            let slice = try store.thinEvents(after: cursor, below: .max, limit: 4 * Self.slice, open: open)
            thinning.removed = slice.removed
            if slice.goesOn {
                care.thinnedForRoom = slice.cursor
            } else if care.isSettledSinceThinning {
                // What waited was passed over: it is looked at again from the beginning.
                care.thinnedForRoom = 0
                care.isSettledSinceThinning = false
            } else {
                // The newest event stays, and may go once there is another.
                care.thinnedForRoom = min(slice.cursor, store.head.number - 1)
                thinning.goesOn = false
            }
            if let oldest = try store.oldestKey() {
                thinning.removed += try store.thinClosed(before: oldest >> 12, limit: Self.slice)
            }
        }
        return thinning
    }

    /// Gives up a slice of what waits, or was refused, with the least urgent priority there is; what was refused first.
    ///
    /// - Returns: whether there was anything.
    private func giveUp(in store: JournalStore) throws(SQLiteError) -> Bool {
        for rank in (Priority.help.rawValue...Priority.routine.rawValue).reversed() {
            guard let priority = Priority(rawValue: rank) else { continue }
            for state in [JournalStore.DeliveryState.rejected, .queued] {
                for queue in queues.values.sorted(by: { $0.queued > $1.queued }) {
                    guard let number = queue.number else { continue }
                    if try giveUp(state, priority, of: queue.target, number, in: store) { return true }
                }
            }
        }
        return false
    }

    private func giveUp(
        _ state: JournalStore.DeliveryState, _ priority: Priority, of target: TargetID, _ number: Int64,
        in store: JournalStore
    ) throws(SQLiteError) -> Bool {
        var loss = untold[target] ?? UntoldLoss(loss: Loss(reason: .overflow), opensGeneration: false)
        let dropped = try store.transaction(synced: true) { () throws(SQLiteError) in
            let dropped = try store.drop(state, priority, of: number, limit: Self.slice)
            guard !dropped.isEmpty, state == .queued else { return dropped }
            for event in dropped { loss.add(event.sequence, category: event.category) }
            try store.setUntold(loss, of: target)
            return dropped
        }
        guard !dropped.isEmpty else { return false }
        // What nobody waits for any more is the oldest there is.
        care.thinnedForRoom = 0
        care.isSettledSinceThinning = true
        switch state {
        case .queued:
            untold[target] = loss
            writtenUntold[target] = loss
            queues[target]?.queued -= dropped.count
            for event in dropped {
                _ = queues[target]?.settle(event.event)
                noteLossSinceReport(of: event.sequence, category: event.category, for: target, .overflow)
            }
            // What goes on being lost is told once a day.
            care.answered.remove(target)
        case .rejected: queues[target]?.rejected -= dropped.count
        }
        return true
    }
}
