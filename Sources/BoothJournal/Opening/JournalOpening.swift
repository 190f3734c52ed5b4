// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// Opens a journal: compares it with its marks, reads out a damaged one, and begins a new one if there is none.
struct JournalOpening {
    let path: String
    /// The name of the file system layer below the checksums; nil: SQLite's default one.
    var vfs: String?
    let targets: [TargetID]
    let limit: Int64
    /// The mark from memory; nil: there is none.
    var remembered: JournalMark?
    /// The highest generation used for numbers given from memory; nil: no numbers were given from memory.
    var generationInMemory: Int64?
    /// An open file whose directory was deleted or replaced: its content is copied over.
    var displaced: Handover<JournalStore>?
    /// Whether the file returned impossible data: then the whole file is checked, however long that takes.
    var isSuspect = false
    /// Whether a write or a sync failed since the last opening: data in the kernel's cache may never reach the disk.
    var isAfterFailure = false

    /// Whether the history of a damaged file is given up if the disk is full: it was full several times already.
    var dropsHistory = false

    /// Whether a file can be used further.
    private enum Judgement {
        /// Yes, as it is.
        case sound
        /// Its rows are whole, but the next number is not certain: a new generation is needed.
        case renumbered(Loss.Reason)
        /// No: it is not what was recorded.
        case damaged
    }

    /// Locks the state directory and opens the journal in it.
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
            var isEmpty = false
            do throws(JournalError) {
                if isAfterFailure { try renewLog(in: directory) } else { directory.removeRenewedLog() }
                let store = try JournalStore(
                    path: directory.journal, vfs: place.layer, limit: limit, generation: nil)
                if directory.hasSalvage { return try resume(store, in: place, marks) }
                switch try judge(store, against: marks, in: directory) {
                case .sound: return try goOn(store, in: place, marks)
                case .renumbered(let reason):
                    try renumber(store, marks, reason)
                    return try goOn(store, in: place, marks)
                case .damaged: break
                }
            } catch {
                guard error.isDamage else { throw error }
                isEmpty = error == .database(JournalSchema.withoutTables)
            }
            try setAside(directory, isEmpty: isEmpty)
        }
        if directory.hasSalvage { reason = .damaged }
        return try begin(in: place, marks, reason)
    }

    /// Replaces the write-ahead log by a copy of it: written, synced, then renamed.
    ///
    /// After a failed sync the kernel believes that the data is written, and no later sync writes it (Rebello et al.,
    /// ATC 2020). New commits in that log would be lost at a power cut, and the log's first part would be replayed over
    /// a newer database. The log is not overwritten in place, because a power cut could tear a sector that was whole.
    private func renewLog(in directory: StateDirectory) throws(JournalError) {
        let log = directory.log
        guard directory.isFile(log) else { return }
        do throws(JournalError) {
            try directory.makePrivate(directory.renewedLog)
            try copyBytes(of: log, to: directory.renewedLog, create: true)
            try directory.putRenewedLogInPlace()
        } catch {
            guard error.isFull else { throw error }
            // No room for two logs: overwrite it in place. A torn sector is less likely than a lost one.
            directory.removeRenewedLog()
            try copyBytes(of: log, to: log, create: false)
        }
    }

    /// Copies every byte of `source` to `target`, and syncs it.
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

    /// Puts a copy of the displaced file where damaged journals wait to be read out.
    private func carryOver(to directory: StateDirectory) {
        guard let store = displaced?.take(), !directory.hasSalvage else { return }
        // If it cannot be copied it is lost, and the loss is reported.
        try? store.connection.execute("VACUUM INTO '\(directory.salvage.replacing("'", with: "''"))'")
    }

    /// Directory, mark and file system layer of the journal to open.
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

    /// Registers the layer that checks pages, above the layer `vfs`.
    private func checkedLayer() throws(JournalError) -> String {
        let name = "boothd-checked-" + (vfs ?? "default")
        do throws(SQLiteError) {
            try CheckedPages.register(name: name, below: vfs)
            return name
        } catch { throw .database(error) }
    }

    /// Makes room for a new journal.
    private func setAside(_ directory: StateDirectory, isEmpty: Bool) throws(JournalError) {
        guard directory.hasSalvage else { return try directory.setJournalAside() }
        // The one that waits to be read out goes on waiting: it is the one that was recorded in.
        if isEmpty { directory.removeJournal() } else { _ = try directory.keepDamaged(directory.journal) }
    }

    /// Continues with a sound file.
    private func goOn(
        _ store: JournalStore, in place: Place, _ marks: [JournalMark]
    ) throws(JournalError) -> OpenedJournal {
        do throws(SQLiteError) {
            return try OpenedJournal(
                directory: place.directory, mark: place.mark, store: store, targets: targets,
                settled: settled(by: marks), setAside: nil, isNew: false)
        } catch { throw .database(error) }
    }

    /// Continues with a file beside a damaged one that is not put away yet. An opening was interrupted, or a displaced
    /// file was carried over. The marks tell of that other file, so this one is not compared with them.
    private func resume(
        _ store: JournalStore, in place: Place, _ marks: [JournalMark]
    ) throws(JournalError) -> OpenedJournal {
        _ = try judge(store, against: [], in: place.directory)
        let earlier = marks.map(\.generation) + [try generationOfDamaged(in: place.directory)].compactMap { $0 }
        let isReadOut: Bool
        do throws(SQLiteError) {
            let generation = try store.generation()
            // The interrupted opening began a generation above those. `origin` is written last.
            let isBegun = earlier.allSatisfy { $0 < generation }
            isReadOut = isBegun ? try store.origin() != nil : false
            if !isBegun || generation <= generationInMemory ?? 0 {
                let known = earlier + [generation, generationInMemory ?? 0]
                try store.beginGeneration(Generation.next(after: known.max()), for: targets, .damaged)
            }
        } catch { throw .database(error) }
        return try take(store, in: place, isReadOut ? nil : marks)
    }

    /// Begins a new file in a new generation. Its first event reports the loss to every target.
    private func begin(
        in place: Place, _ marks: [JournalMark], _ reason: Loss.Reason
    ) throws(JournalError) -> OpenedJournal {
        let directory = place.directory
        try directory.makePrivate(directory.journal)
        let damaged = try generationOfDamaged(in: directory)
        let known = marks.map(\.generation) + [generationInMemory, damaged].compactMap { $0 }
        let store = try JournalStore(
            path: directory.journal, vfs: place.layer, limit: limit, generation: Generation.next(after: known.max()))
        do throws(SQLiteError) {
            try store.beginGeneration(try store.generation(), for: targets, reason)
        } catch { throw .database(error) }
        return try take(store, in: place, marks)
    }

    /// Takes a new file into service.
    ///
    /// - Parameter marks: what was known of the damaged journal, which is read out; nil: that is done.
    private func take(
        _ store: JournalStore, in place: Place, _ marks: [JournalMark]?
    ) throws(JournalError) -> OpenedJournal {
        let directory = place.directory
        var aside: String?
        if directory.hasSalvage {
            if let marks { try readOut(into: store, in: directory, marks) }
            aside = try directory.keepDamaged(directory.salvage)
        }
        do throws(SQLiteError) {
            return try OpenedJournal(
                directory: directory, mark: place.mark, store: store, targets: targets, settled: [:],
                setAside: aside, isNew: true)
        } catch { throw .database(error) }
    }

    private func settled(by marks: [JournalMark]) -> [TargetID: Int64] {
        marks.reduce(into: [:]) { settled, mark in
            settled.merge(mark.targets.mapValues(\.settled), uniquingKeysWith: max)
        }
    }

    // MARK: Salvage

    /// The generation that the damaged journal still shows; nil: none, or there is no damaged journal.
    private func generationOfDamaged(in directory: StateDirectory) throws(JournalError) -> Int64? {
        guard directory.hasSalvage else { return nil }
        do throws(SQLiteError) { return try DamagedJournal(path: directory.salvage).generation } catch {
            throw .database(error)
        }
    }

    /// Reads out the journal that was set aside.
    private func readOut(
        into store: JournalStore, in directory: StateDirectory, _ marks: [JournalMark]
    ) throws(JournalError) {
        do throws(SQLiteError) {
            try DamagedJournal(path: directory.salvage).readOut(
                into: store, marks: marks, dropsHistory: dropsHistory)
        } catch { throw .database(error) }
    }

    // MARK: Checking the file

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
            // A power cut during a checkpoint leaves torn pages in the file; the log has them whole. And if part of the
            // log never reached the disk, it must not be replayed over the file again. So move the whole log into the
            // file.
            try store.checkpointAll()
            let inspection = JournalInspection(store, from: .start, thinned: thinned)
            try inspection.look(within: isSuspect ? .seconds(3600) : Self.patience)
            for mark in marks where mark.head.number > 0 {
                guard try isInPlace(mark.head, of: store, thinned) else { return .damaged }
                try inspection.checkLinks(from: mark.head.number, to: store.head.number)
            }
            guard let furthest = marks.map(\.generation).max() else { return .renumbered(.missing) }
            let generation = try store.generation()
            // Numbers that this process gave from memory are still in memory. Those of an earlier process may be lost.
            let isGone = furthest > generation && furthest != generationInMemory
            if isGone { return .renumbered(.memory) }
            let birth = directory.birthOfJournal
            let isCopy = marks.contains { $0.birth != 0 && birth != 0 && $0.birth != birth }
            return isCopy ? .renumbered(.missing) : .sound
        } catch { throw .database(error) }
    }

    /// How long a file is checked before it is used. The rest of a large file is checked in service.
    private static let patience = Duration.milliseconds(150)

    /// Whether the log has the event that a mark names, or that event may have been thinned.
    private func isInPlace(_ link: ChainLink, of store: JournalStore, _ thinned: Int64) throws(SQLiteError) -> Bool {
        guard let row = try store.chainedEvents(from: link.number, limit: 1).first, row.number == link.number else {
            return link.number <= thinned
        }
        return row.event?.hash == link.hash
    }

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
    /// Begins a generation: every target's count starts again, and its first event reports what the target may miss.
    func beginGeneration(
        _ generation: Int64, for targets: [TargetID], _ reason: Loss.Reason
    ) throws(SQLiteError) {
        try transaction(synced: true) { () throws(SQLiteError) in
            try setGeneration(generation)
            // Count 1 is reserved for the event that reports the loss.
            for target in targets { _ = try number(of: target) }
            for known in try self.targets() { try setLastCount(1, of: known.number) }
            for target in targets {
                try setUntold(UntoldLoss(loss: Loss(reason: reason), opensGeneration: true), of: target)
            }
        }
    }
}
