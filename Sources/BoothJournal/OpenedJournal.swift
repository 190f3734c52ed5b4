// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// A journal right after it was opened: its file, its queues, and what it remembers.
struct OpenedJournal {
    let store: JournalStore
    let queues: [TargetID: DeliveryQueue]
    let points: [PointMemory]
    let incidents: [Incident]
    let memory: BoothMemory
    let tasks: [TaskRecord]
    let lastKey: Int64
    /// Whether a journal was lost before this one and no event has said so yet.
    let isAfterLoss: Bool
    /// What waits for targets that the configuration no longer has.
    let orphans: [JournalContents.Orphan]
    /// Where a damaged journal went; nil as a rule.
    var setAside: String?

    /// Opens the journal of `directory`. One that is found damaged is set aside whole, and a new one is begun: a new
    /// generation, so that what the platforms had is not numbered twice.
    static func open(
        in directory: borrowing StateDirectory, targets: [TargetID], limit: Int64
    ) throws(JournalError) -> OpenedJournal {
        if !directory.foundEmptyJournal {
            do throws(JournalError) {
                return try OpenedJournal(path: directory.journal, targets: targets, limit: limit)
            } catch {
                guard case .database(let cause) = error, cause.isDamage else { throw error }
            }
        }
        // Files that were carried away are not counted, a generation that can still be read is.
        let generation = max(generation(ofDamaged: directory.journal), Int64(directory.damagedJournals()) + 1) + 1
        let aside = try directory.setJournalAside()
        var opened = try OpenedJournal(
            path: directory.journal, targets: targets, limit: limit,
            beginning: .init(generation: generation, isAfterLoss: true))
        opened.setAside = aside
        return opened
    }

    /// What the header pages of a damaged file still say; 0 where they say nothing.
    private static func generation(ofDamaged path: String) -> Int64 {
        do throws(SQLiteError) {
            let connection = try Connection(path: path, access: .readOnly)
            return try connection.integer("SELECT value FROM meta WHERE name = 'generation'") ?? 0
        } catch {
            return 0
        }
    }

    private init(
        path: String, targets: [TargetID], limit: Int64, beginning: JournalSchema.Beginning = .init()
    ) throws(JournalError) {
        store = try JournalStore(path: path, limit: limit, beginning: beginning)
        do throws(SQLiteError) {
            queues = try Self.queues(of: targets, in: store)
            points = try store.points()
            incidents = try store.openIncidents()
            memory = try store.memory()
            tasks = try store.tasks()
            lastKey = try store.lastKey()
            isAfterLoss = try store.isAfterLoss()
            orphans = try store.orphans(besides: Set(queues.values.map(\.number)))
                .map { .init(target: $0.target, count: $0.count) }
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
