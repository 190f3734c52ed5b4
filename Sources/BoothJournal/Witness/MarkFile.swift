// SPDX-License-Identifier: Apache-2.0
import SQLite

/// The file of a mark. It has four places. The first two are written in turn without a sync: if the process is killed
/// during a write, the other place is whole. A power cut may spoil both. So the last two are written in turn with a
/// sync after each: one of them is always whole, but older.
final class MarkFile {
    private let file: VFSFile
    /// The turn of the newest mark that was read or written.
    private var turn: Int64 = 0
    /// How often a mark was synced; its parity selects the synced place.
    private var syncs: Int64 = 0
    /// The mark that was written last.
    private var newest: JournalMark?

    /// Bytes of one place.
    private static let place = JournalMark.mostBytes

    /// Opens the file; makes it if it does not exist.
    ///
    /// - Parameter vfs: the name of the file system layer; nil: SQLite's default one.
    init(_ path: String, vfs: String?) throws(SQLiteError) {
        file = try VFSFile(path: path, vfs: vfs, create: true)
        takeRoom()
    }

    /// Allocates each place on disk now, so that a mark can be written when the disk is full.
    private func takeRoom() {
        guard let size = try? file.size() else { return }
        for start in (0..<4).map({ $0 * Self.place }) where start >= size {
            try? file.write([UInt8](repeating: 0, count: 4096), at: start)
        }
    }

    /// The newest mark; nil if no mark can be read.
    func read() throws(SQLiteError) -> JournalMark? {
        var newest: (mark: JournalMark, turn: Int64)?
        var newestSynced: (place: Int64, turn: Int64) = (1, .min)
        for place in Int64(0)..<4 {
            let bytes = try file.read(at: Int(place) * Self.place, count: JournalMark.mostBytes)
            guard let found = JournalMark.decode(bytes) else { continue }
            if place >= 2, found.turn > newestSynced.turn { newestSynced = (place - 2, found.turn) }
            if found.turn > newest?.turn ?? .min { newest = found }
        }
        turn = min(max(0, newest?.turn ?? 0), 1 << 60)
        // The next sync uses the other place.
        syncs = newestSynced.place
        return newest?.mark
    }

    /// Continues the turns of the marks that were written through another handle.
    func goOn(after other: MarkFile?) {
        turn = max(turn, other?.turn ?? 0)
    }

    /// Writes a mark without a sync.
    func write(_ mark: JournalMark) throws(SQLiteError) {
        newest = mark
        try write(mark, at: Int((turn + 1) % 2))
    }

    private func write(_ mark: JournalMark, at place: Int) throws(SQLiteError) {
        let bytes = mark.encoded(turn: turn + 1)
        guard bytes.count <= JournalMark.mostBytes else { return }
        try file.write(bytes, at: place * Self.place)
        turn += 1
    }

    /// Syncs the newest mark to disk.
    func sync() throws(SQLiteError) {
        if let newest, (try? write(newest, at: 2 + Int((syncs + 1) % 2))) != nil { syncs += 1 }
        try file.sync()
    }
}
