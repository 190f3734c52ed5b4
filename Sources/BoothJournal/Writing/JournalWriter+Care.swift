// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import SQLite

// Maintenance of the file while the thread is idle. Each turn does a slice of some milliseconds at most.
extension JournalWriter {
    /// A log with fewer bytes is not checkpointed: if a page changes again, it is then moved only once.
    private static let shortLog: Int64 = 1 << 20

    func takeCare() {
        guard let file, storage == .ok else { return }
        let now = BootTime.now()
        do throws(SQLiteError) {
            try checkpoint(file.store, at: now)
            if due(care.roomAt, now) {
                try keepRoom(in: file, at: now)
                // A slice of thinning may have written as much as the turn before it.
                try checkpoint(file.store, at: now)
            }
            if due(care.placeAt, now) { try lookAtPlace(of: file, at: now) }
            if due(care.inspectionAt, now) { try inspect(file.store, at: now) }
            if due(care.agingAt, now) { try age(file, at: now) }
            if due(care.figuresAt, now) {
                try reckon(file.store, at: now)
                file.directory.ballast.arm()
            }
        } catch {
            refuse(.database(error))
        }
    }

    private func due(_ instant: BootTime?, _ now: BootTime) -> Bool { instant.map { $0 <= now } ?? false }

    /// Checkpoints when the thread is idle between bursts, or when the log has grown long.
    private func checkpoint(_ store: JournalStore, at now: BootTime) throws(SQLiteError) {
        guard let due = care.checkpointAt else { return }
        let allowance = JournalSchema.logAllowance(of: setup.limit)
        let isLong = store.bytesLogged > allowance / 2
        guard due <= now || isLong else { return }
        care.checkpointAt = nil
        guard isLong || store.bytesLogged > min(Self.shortLog, allowance / 4) else { return }
        try store.checkpoint()
        witness.sync()
    }

    /// Checks whether the directory was deleted or replaced. Writes to the open file would then be lost, so its content
    /// is copied into a new file at the path.
    private func lookAtPlace(of file: OpenFile, at now: BootTime) throws(SQLiteError) {
        care.placeAt = now + Care.placeInterval
        guard !file.directory.isInPlace || !file.isInPlace else { return }
        closeFile()
        storage = .fault(
            Message(
                zh: "状态目录 \(setup.directory) 被删除或替换；消息暂存内存，正在重新建立日志",
                en: """
                    the state directory \(setup.directory) was deleted or replaced; events are held in memory, \
                    the journal is made anew
                    """))
        startOpening(carryingOver: file.store)
    }

    /// Inspects the pages and the chain of the whole file, once after a start and once a day.
    private func inspect(_ store: JournalStore, at now: BootTime) throws(SQLiteError) {
        let inspection = care.inspection ?? JournalInspection(store, from: .start, thinned: 0)
        care.inspection = inspection
        inspection.thinned = try store.thinned()
        try inspection.advance()
        if inspection.isComplete {
            care.inspection = nil
            // The inspection read every page once.
            try store.releaseMemory()
        }
        care.inspectionAt = now + (inspection.isComplete ? Care.day : Care.pause)
    }

    // MARK: History

    private static let slice = 64

    /// Deletes settled history older than `keep`, once a day. Age is measured from the newest event, because the clock
    /// may be wrong by decades.
    private func age(_ file: OpenFile, at now: BootTime) throws(SQLiteError) {
        let store = file.store
        let newest = try store.lastKey() >> 12
        let end = max(0, newest - setup.keep.milliseconds)
        var aging = care.aging ?? Care.Aging(below: end << 12)
        let open = self.open
        let (slice, closed) = try store.transaction(synced: false) { () throws(SQLiteError) in
            let slice = try store.thinEvents(after: aging.cursor, below: aging.below, limit: Self.slice, open: open)
            return (slice, try store.thinClosed(before: aging.below >> 12, limit: Self.slice))
        }
        aging.cursor = slice.cursor
        let isOver = !slice.goesOn && closed < Self.slice
        care.aging = isOver ? nil : aging
        care.agingAt = now + (isOver ? Care.day : Care.pause)
        if slice.removed + closed > 0 { care.noteWrite() }
    }

    /// Computes how far back history reaches, and for how many days there is room at the rate of the last day.
    private func reckon(_ store: JournalStore, at now: BootTime) throws(SQLiteError) {
        care.figuresAt = now + Care.figuresInterval
        (care.historyFrom, care.daysLeft) = (nil, nil)
        guard let oldest = try store.oldestKey() else { return }
        care.historyFrom = WallTime(milliseconds: oldest >> 12)
        let newest = try store.lastKey() >> 12
        let dayBefore = max(0, newest - 86_400_000) << 12
        let ofDay = try store.eventCount(from: dayBefore)
        let inAll = max(1, store.head.number - (try store.thinned()))
        let room = try store.room()
        // The rate is only known after a full day.
        guard newest - (oldest >> 12) >= 86_400_000, ofDay > 0 else { return }
        let pagesOfDay = max(1, room.used * ofDay / inAll)
        care.daysLeft = Int(min(36_500, room.free / pagesOfDay))
    }
}

extension JournalWriter.OpenFile {
    /// Whether the path still names the open file.
    var isInPlace: Bool {
        directory.isFile(directory.journal) && (birth == 0 || directory.birthOfJournal == birth)
    }
}
