// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// How the journal stays within its limit. It thins settled history, oldest first. If queued events alone fill the file,
// it gives up the least urgent ones and reports the loss. Presses go last.
extension JournalWriter {
    private static let slice = 64

    /// Makes room in time, one slice per turn, when little is left.
    ///
    /// History may use seven eighths of the room, and queued events fifteen sixteenths. The rest is for presses and
    /// answers.
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

    /// Makes room after a commit found the file or the disk full.
    ///
    /// - Returns: whether the commit is worth trying again.
    func makeRoom(in file: OpenFile) throws(SQLiteError) -> Bool {
        if file.directory.ballast.release() { return true }
        // If the file has room left, the disk is full, and deleting rows would not help.
        var room = try file.store.room()
        // Entries that can never fit are no reason to delete everything.
        let needed = pagesOfPending < room.most / 2 ? pagesOfPending : 0
        guard room.free < max(room.most / 8, needed) else { return false }
        var removed = 0
        while removed < Self.slice || room.free < needed {
            let thinning = try thin(file.store)
            removed += thinning.removed
            // No queued event is given up while there is settled history to delete.
            if thinning.removed == 0, !thinning.goesOn {
                guard removed < Self.slice, try giveUp(in: file.store) else { break }
            }
            if file.store.bytesLogged > JournalSchema.logAllowance(of: setup.limit) / 2 { try file.store.checkpoint() }
            room = try file.store.room()
        }
        return removed > 0
    }

    /// A generous estimate of the pages that the pending entries need: their text, and a row in each table.
    private var pagesOfPending: Int64 {
        var bytes = 0
        for item in pending {
            for event in item.entry.events { bytes += event.event.json.utf8.count + Self.bytesBesideText }
            bytes += (item.deliveries.count + item.entry.points.count) * Self.bytesBesideText
            bytes += (item.entry.incidents.count + item.entry.tasks.count) * 2 * Self.bytesBesideText
        }
        return Int64(bytes) / JournalSchema.pageSize
    }

    /// Bytes of a row besides its text: keys, hashes, and free space on the pages around it.
    private static let bytesBesideText = 512

    private struct Thinning {
        /// How many events and closed incidents were deleted.
        var removed: Int
        /// Whether there is more to look at. If not, nothing can be deleted until something is settled.
        var goesOn: Bool
    }

    private func thin(_ store: JournalStore) throws(SQLiteError) -> Thinning {
        let (cursor, open) = (care.thinnedForRoom, self.open)
        var thinning = Thinning(removed: 0, goesOn: true)
        try store.transaction(synced: false) { () throws(SQLiteError) in
            let slice = try store.thinEvents(after: cursor, below: .max, limit: 4 * Self.slice, open: open)
            thinning.removed = slice.removed
            if slice.goesOn {
                care.thinnedForRoom = slice.cursor
            } else if care.isSettledSinceThinning {
                // Some events that were passed over may be settled now: start again from the beginning.
                care.thinnedForRoom = 0
                care.isSettledSinceThinning = false
            } else {
                // The newest event stays. It may be deleted when there is a newer one.
                care.thinnedForRoom = min(slice.cursor, store.head.number - 1)
                thinning.goesOn = false
            }
            if let oldest = try store.oldestKey() {
                thinning.removed += try store.thinClosed(before: oldest >> 12, limit: Self.slice)
            }
        }
        return thinning
    }

    /// Gives up one slice of queued or refused events, of the least urgent priority that exists; refused ones first.
    ///
    /// - Returns: whether there were any.
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
        // The dropped events can be thinned now, and they may be the oldest: start again from the beginning.
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
            // Further losses are reported once a day.
            care.answered.remove(target)
        case .rejected: queues[target]?.rejected -= dropped.count
        }
        return true
    }
}
