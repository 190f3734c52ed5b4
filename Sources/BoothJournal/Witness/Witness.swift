// SPDX-License-Identifier: Apache-2.0
import SQLite

/// The two marks of a journal: one on disk beside the journal, one in memory, in the runtime directory.
///
/// The mark on disk is for a power cut. The mark in memory is for a process that ended while its disk failed, or whose
/// state directory was deleted or restored from a copy; a power cut clears it.
final class Witness {
    private let inMemory: MarkFile?
    /// The mark beside the journal; nil until a journal was opened. It stays open when the journal has to be closed.
    var beside: MarkFile? {
        willSet { newValue?.goOn(after: beside) }
    }
    /// The newest mark that was written, or read from memory.
    private(set) var mark: JournalMark?

    /// - Parameter path: of the mark in memory; nil: there is none.
    init(inMemory path: String?) {
        // If it cannot be opened, the next start may know less; nothing else is affected.
        inMemory = path.flatMap { try? MarkFile($0, vfs: nil) }
        mark = (try? inMemory?.read()) ?? nil
    }

    /// Writes a mark, before anybody is told of the data that it describes. A failed write is ignored: the mark is then
    /// behind the file, which is allowed.
    func write(_ mark: JournalMark) {
        isWritten = beside != nil && (try? beside?.write(mark)) != nil
        try? inMemory?.write(mark)
        self.mark = mark
    }

    /// Whether the newest mark was also written beside the journal.
    private(set) var isWritten = false

    /// Syncs the mark beside the journal; called with a checkpoint, which syncs anyway.
    func sync() {
        if let beside, (try? beside.sync()) == nil { isWritten = false }
    }
}
