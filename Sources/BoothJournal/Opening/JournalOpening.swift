// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// How a journal is opened: held against its marks, read out where it is damaged, begun anew where there is none.
struct JournalOpening {
    let path: String
    /// The name of the file system layer below the checksums; nil: SQLite's default one.
    var vfs: String?
    let targets: [TargetID]
    let limit: Int64
    /// What the mark in memory says; nil: there is none.
    var remembered: JournalMark?
    /// The highest generation of which a number was given from memory; nil: none was.
    var generationInMemory: Int64?
    /// A file that is open and has lost its place: what it holds is carried over.
    var displaced: Handover<JournalStore>?
    /// Whether the file gave something that cannot be: all of it is looked at then, however long that takes.
    var isSuspect = false
    /// Whether a write or a sync failed since the file was opened last: what the kernel holds of it may never reach the disk.
    var isAfterFailure = false

    /// Whether a file can be gone on with.
    private enum Judgement {
        /// As it is.
        case sound
        /// Its rows are whole, but which number comes next is not certain.
        case renumbered(Loss.Reason)
        /// It is not what was recorded.
        case damaged
    }

    /// Takes the state directory and opens the journal in it.
    ///
    /// - Throws: `JournalError`.
    func open() throws(JournalError) -> OpenedJournal {
        let layer = try checkedLayer()
        let directory = try StateDirectory(path)
        carryOver(to: directory)
        let place = Place(directory: directory, mark: try markFile(in: directory), layer: layer)
        let marks = [try read(place.mark), remembered].compactMap { $0 }
        if directory.isHalfAside { try directory.setJournalAside() }
        var reason = Loss.Reason.missing
        if directory.hasJournal {
            do throws(JournalError) {
                if isAfterFailure { try renewLog(in: directory) } else { directory.removeRenewedLog() }
                let store = try JournalStore(
                    path: directory.journal, vfs: place.layer, limit: limit, generation: nil)
                switch try judge(store, against: marks, in: directory) {
                case .sound: return try goOn(store, in: place, marks)
                case .renumbered(let reason):
                    try renumber(store, marks, reason)
                    return try goOn(store, in: place, marks)
                case .damaged: break
                }
            } catch {
                guard error.isDamage else { throw error }
            }
            try setAside(directory)
        }
        if directory.hasSalvage { reason = .damaged }
        return try begin(in: place, marks, reason)
    }

    /// Puts a copy of the log in the log's place: written anew, synced, and then renamed.
    ///
    /// After a sync that failed the kernel takes for written what it had not written, and no later sync brings it to disk
    /// (Rebello et al., ATC 2020). What follows in the log would be lost with it when the power goes, and its first part
    /// would lie over a newer database. The log itself is not written over: a power cut can tear a sector that was whole.
    private func renewLog(in directory: StateDirectory) throws(JournalError) {
        let log = directory.log
        guard directory.isFile(log) else { return }
        do throws(JournalError) {
            try directory.makePrivate(directory.renewedLog)
            try copyBytes(of: log, to: directory.renewedLog, create: true)
            try directory.putRenewedLogInPlace()
        } catch {
            guard error.isFull else { throw error }
            // Without room for two, the log is written over where it lies: a torn sector is less likely than a lost one.
            directory.removeRenewedLog()
            try copyBytes(of: log, to: log, create: false)
        }
    }

    /// Writes every byte of `source` to `target`, and syncs it.
    private func copyBytes(of source: String, to target: String, create: Bool) throws(JournalError) {
        do throws(SQLiteError) {
            let from = try VFSFile(path: source, vfs: vfs, create: false)
            let to = try VFSFile(path: target, vfs: vfs, create: create)
            let size = try from.size()
            try to.truncate(to: size)
            var at = 0
            while at < size {
                let bytes = try from.read(at: at, count: 65_536)
                if bytes.isEmpty { break }
                try to.write(bytes, at: at)
                at += bytes.count
            }
            try to.sync()
        } catch { throw .database(error) }
    }

    /// Leaves a copy of what lost its place among what is to be read out.
    private func carryOver(to directory: StateDirectory) {
        guard let store = displaced?.take(), !directory.hasSalvage else { return }
        // Where it cannot be copied it is lost, which is told.
        try? store.connection.execute("VACUUM INTO '\(directory.salvage.replacing("'", with: "''"))'")
    }

    /// Where a journal is opened.
    private struct Place {
        let directory: StateDirectory
        let mark: MarkFile
        /// The name of the file system layer that checks pages.
        let layer: String
    }

    private func markFile(in directory: StateDirectory) throws(JournalError) -> MarkFile {
        try directory.makePrivate(directory.mark)
        do throws(SQLiteError) { return try MarkFile(directory.mark, vfs: vfs) } catch { throw .database(error) }
    }

    private func read(_ mark: MarkFile) throws(JournalError) -> JournalMark? {
        do throws(SQLiteError) { return try mark.read() } catch { throw .database(error) }
    }

    /// Registers the layer that checks pages over the one below.
    private func checkedLayer() throws(JournalError) -> String {
        let name = "boothd-checked-" + (vfs ?? "default")
        do throws(SQLiteError) {
            try CheckedPages.register(name: name, below: vfs)
            return name
        } catch { throw .database(error) }
    }

    private func setAside(_ directory: StateDirectory) throws(JournalError) {
        // An older one that was never read out to the end keeps its place among the damaged ones.
        if directory.hasSalvage { _ = try directory.keepSalvaged() }
        try directory.setJournalAside()
    }

    /// Goes on with a file that is sound. What a crash left unread of an older one is read out first.
    private func goOn(
        _ store: JournalStore, in place: Place, _ marks: [JournalMark]
    ) throws(JournalError) -> OpenedJournal {
        let aside = try salvage(into: store, in: place.directory, marks: [])
        do throws(SQLiteError) {
            return try OpenedJournal(
                directory: place.directory, mark: place.mark, store: store, targets: targets,
                settled: settled(by: marks), setAside: aside, isNew: false)
        } catch { throw .database(error) }
    }

    /// Begins a new file in a new generation, whose first event tells every target of the loss.
    private func begin(
        in place: Place, _ marks: [JournalMark], _ reason: Loss.Reason
    ) throws(JournalError) -> OpenedJournal {
        let directory = place.directory
        try directory.makePrivate(directory.journal)
        let damaged = directory.hasSalvage ? try damagedJournal(in: directory).generation : nil
        let known = marks.map(\.generation) + [generationInMemory, damaged].compactMap { $0 }
        let store = try JournalStore(
            path: directory.journal, vfs: place.layer, limit: limit, generation: Generation.next(after: known.max()))
        do throws(SQLiteError) {
            try store.beginGeneration(try store.generation(), for: targets, reason)
        } catch { throw .database(error) }
        let aside = try salvage(into: store, in: directory, marks: marks)
        do throws(SQLiteError) {
            return try OpenedJournal(
                directory: directory, mark: place.mark, store: store, targets: targets, settled: [:],
                setAside: aside, isNew: true)
        } catch { throw .database(error) }
    }

    /// The furthest that a mark says each target has come.
    private func settled(by marks: [JournalMark]) -> [TargetID: Int64] {
        marks.reduce(into: [:]) { settled, mark in
            settled.merge(mark.targets.mapValues(\.settled), uniquingKeysWith: max)
        }
    }

    // MARK: Salvage

    private func damagedJournal(in directory: StateDirectory) throws(JournalError) -> DamagedJournal {
        do throws(SQLiteError) { return try DamagedJournal(path: directory.salvage) } catch { throw .database(error) }
    }

    /// Reads out what was set aside, and gives it its name for good.
    ///
    /// - Returns: that name; nil where there is nothing to read out.
    private func salvage(
        into store: JournalStore, in directory: StateDirectory, marks: [JournalMark]
    ) throws(JournalError) -> String? {
        guard directory.hasSalvage else { return nil }
        let damaged = try damagedJournal(in: directory)
        do throws(SQLiteError) { try damaged.readOut(into: store, marks: marks) } catch { throw .database(error) }
        return try directory.keepSalvaged()
    }

    // MARK: Is it what was recorded?

    private func judge(
        _ store: JournalStore, against marks: [JournalMark], in directory: StateDirectory
    ) throws(JournalError) -> Judgement {
        do throws(SQLiteError) {
            let thinned = try store.thinned()
            for mark in marks where mark.head.number > 0 {
                guard mark.head.number <= store.head.number else { return .damaged }
                guard mark.head.number < store.head.number || mark.head == store.head else {
                    return .damaged
                }
            }
            // A power cut in the middle of a checkpoint leaves pages torn in the file that are whole in the log. And a log of
            // which a part never reached the disk must not be read over the file once more: it is emptied.
            try store.checkpointAll()
            let inspection = JournalInspection(store, from: .start, thinned: thinned)
            try inspection.look(within: isSuspect ? .seconds(3600) : Self.patience)
            for mark in marks where mark.head.number > 0 {
                guard try isInPlace(mark.head, of: store, thinned) else { return .damaged }
                try inspection.checkLinks(from: mark.head.number, to: store.head.number)
            }
            guard let furthest = marks.map(\.generation).max() else { return .renumbered(.missing) }
            let generation = try store.generation()
            // What this process numbers from memory it writes itself; what one before it numbered may be gone.
            let isGone = furthest > generation && furthest != generationInMemory
            if isGone { return .renumbered(.memory) }
            let birth = directory.birthOfJournal
            let isCopy = marks.contains { $0.birth != 0 && birth != 0 && $0.birth != birth }
            return isCopy ? .renumbered(.missing) : .sound
        } catch { throw .database(error) }
    }

    /// So long a file is looked at before it is taken up; what is left of a large one is looked at in service.
    private static let patience = Duration.milliseconds(150)

    /// Whether the log has the event that a mark names, or had it before it was thinned.
    private func isInPlace(_ link: ChainLink, of store: JournalStore, _ thinned: Int64) throws(SQLiteError) -> Bool {
        guard let row = try store.chainedEvents(from: link.number, limit: 1).first, row.number == link.number else {
            return link.number <= thinned
        }
        return row.event?.hash == link.hash
    }

    /// Begins a new generation in a file that is sound.
    private func renumber(
        _ store: JournalStore, _ marks: [JournalMark], _ reason: Loss.Reason
    ) throws(JournalError) {
        do throws(SQLiteError) {
            let known = marks.map(\.generation) + [try store.generation(), generationInMemory ?? 0]
            try store.beginGeneration(Generation.next(after: known.max()), for: targets, reason)
        } catch { throw .database(error) }
    }
}

extension JournalStore {
    /// Begins a generation: every target's count starts anew, with the event that tells it of what it may miss.
    func beginGeneration(
        _ generation: Int64, for targets: [TargetID], _ reason: Loss.Reason
    ) throws(SQLiteError) {
        try transaction(synced: true) { () throws(SQLiteError) in
            try setGeneration(generation)
            // The first count is kept for the event that tells of the loss.
            for target in targets { _ = try number(of: target) }
            for known in try self.targets() { try setLastCount(1, of: known.number) }
            for target in targets {
                try setUntold(UntoldLoss(loss: Loss(reason: reason), opensGeneration: true), of: target)
            }
        }
    }
}
