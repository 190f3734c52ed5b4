// SPDX-License-Identifier: Apache-2.0
import SQLite

/// The marks of a journal: one beside it, and one in the directory for what runs now, which lives in memory.
///
/// The first one says after a power cut how far the journal had come. The second one says it after the end of a process
/// whose disk refused, or whose state directory was deleted or put back from a copy; it goes with the power.
final class Witness {
    private let inMemory: MarkFile?
    /// The mark beside the journal; nil while no journal was opened. It stays open where the journal had to be closed.
    var beside: MarkFile? {
        willSet { newValue?.goOn(after: beside) }
    }
    /// The newest mark that was written, or found in memory.
    private(set) var mark: JournalMark?

    /// - Parameter path: of the mark in memory; nil: there is none.
    init(inMemory path: String?) {
        // Without it less is known after a bad end, and nothing else is wrong.
        inMemory = path.flatMap { try? MarkFile($0, vfs: nil) }
        mark = (try? inMemory?.read()) ?? nil
    }

    /// Writes a mark, before anybody hears of what it tells of. That one cannot be written is no reason to stop: it lags
    /// behind then, which it may.
    func write(_ mark: JournalMark) {
        isWritten = beside != nil && (try? beside?.write(mark)) != nil
        try? inMemory?.write(mark)
        self.mark = mark
    }

    /// Whether the newest mark stands beside the journal, and not in memory alone.
    private(set) var isWritten = false

    /// Brings the mark beside the journal to disk: with a checkpoint, which syncs anyway.
    func sync() {
        if let beside, (try? beside.sync()) == nil { isWritten = false }
    }
}
