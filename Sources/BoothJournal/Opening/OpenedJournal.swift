// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// A journal just after it was opened: its file, its queues and its contents.
final class OpenedJournal {
    struct Queue {
        let number: Int64
        let last: Int64
        let queued: Int
        let rejected: Int
    }

    let directory: StateDirectory
    let mark: MarkFile
    let store: JournalStore
    let generation: Int64
    let birth: Int64
    let queues: [TargetID: Queue]
    let points: [PointMemory]
    let incidents: [Incident]
    let memory: BoothMemory
    let tasks: [TaskRecord]
    let lastKey: Int64
    /// What each target lost and was not told of yet.
    let untold: [TargetID: UntoldLoss]
    /// For each target, the mark says that all events up to this number were answered.
    let settled: [TargetID: Int64]
    /// Events that wait for targets which are no longer configured.
    let orphans: [JournalContents.Orphan]
    /// Path of the damaged journal that was set aside; nil: none was.
    let setAside: String?
    /// Whether the file was just created because there was no sound one.
    let isNew: Bool

    init(
        directory: StateDirectory, mark: MarkFile, store: JournalStore, targets: [TargetID],
        settled: [TargetID: Int64], setAside: String?, isNew: Bool
    ) throws(SQLiteError) {
        self.directory = directory
        self.mark = mark
        self.store = store
        self.setAside = setAside
        self.isNew = isNew
        self.settled = settled
        birth = directory.birthOfJournal
        generation = try store.generation()
        queues = try Self.queues(of: targets, in: store)
        points = try store.points()
        incidents = try store.openIncidents()
        memory = try store.memory()
        tasks = try store.tasks()
        lastKey = try store.lastKey()
        untold = try store.untoldLosses()
        orphans = try Self.orphans(besides: Set(targets), in: store)
    }

    private static func queues(
        of targets: [TargetID], in store: JournalStore
    ) throws(SQLiteError) -> [TargetID: Queue] {
        var queues: [TargetID: Queue] = [:]
        for target in targets {
            let number = try store.number(of: target)
            let last = try store.targets().first { $0.number == number }?.last ?? 0
            let tally = try store.tally(of: number)
            queues[target] = Queue(number: number, last: last, queued: tally.queued, rejected: tally.rejected)
        }
        return queues
    }

    private static func orphans(
        besides targets: Set<TargetID>, in store: JournalStore
    ) throws(SQLiteError) -> [JournalContents.Orphan] {
        var orphans: [JournalContents.Orphan] = []
        for known in try store.targets() where !targets.contains(known.id) {
            let count = try store.tally(of: known.number).queued
            if count > 0 { orphans.append(.init(target: known.id, count: count)) }
        }
        return orphans
    }
}
