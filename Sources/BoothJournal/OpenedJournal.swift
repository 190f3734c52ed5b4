// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// A journal right after it was opened: its file, its queues, and what it remembers.
struct OpenedJournal {
    let store: JournalStore
    let queues: [TargetID: DeliveryQueue]
    let points: [PointMemory]
    let incidents: [Incident]
    let lastKey: Int64
    /// Where a damaged journal went; nil as a rule.
    var setAside: String?

    /// Opens the journal of `directory`. One that is found damaged is set aside whole, and a new one is begun: a new
    /// generation, so that what the platforms had is not numbered twice.
    static func open(
        in directory: borrowing StateDirectory, targets: [TargetID], limit: Int64
    ) throws(JournalError) -> OpenedJournal {
        do throws(JournalError) {
            return try OpenedJournal(path: directory.journal, targets: targets, limit: limit)
        } catch {
            guard case .database(let cause) = error, cause.isDamage else { throw error }
        }
        let aside = directory.setJournalAside()
        var opened = try OpenedJournal(
            path: directory.journal, targets: targets, limit: limit, generation: Int64(aside.count) + 1)
        opened.setAside = aside.path
        return opened
    }

    /// - Parameter generation: of a new file; nil: as the file has it.
    private init(path: String, targets: [TargetID], limit: Int64, generation: Int64? = nil) throws(JournalError) {
        store = try JournalStore(path: path, limit: limit)
        do throws(SQLiteError) {
            if let generation { try store.setGeneration(generation) }
            queues = try Self.queues(of: targets, in: store)
            points = try store.points()
            incidents = try store.openIncidents()
            lastKey = try store.lastKey()
        } catch { throw .database(error) }
    }

    private static func queues(
        of targets: [TargetID], in store: JournalStore
    ) throws(SQLiteError) -> [TargetID: DeliveryQueue] {
        let generation = try store.generation()
        var queues: [TargetID: DeliveryQueue] = [:]
        for target in targets {
            let number = try store.number(of: target)
            queues[target] = DeliveryQueue(
                target: target, number: number, generation: generation, tally: try store.tally(of: number))
        }
        return queues
    }
}
