// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Takes notes from all threads in order, and marks each one in the recording of the files.
package final class Book: Sendable {
    private struct Content {
        var ledger: Ledger
        var notes: [Note] = []
        var newest: [Note] = []
    }

    private let content: Mutex<Content>
    /// Each note is also written here as a line, to be read after this process has ended; -1: nowhere.
    private let descriptor: CInt

    package init(_ ledger: Ledger = Ledger(), descriptor: CInt = -1) {
        content = Mutex(Content(ledger: ledger))
        self.descriptor = descriptor
    }

    package func note(_ note: Note) {
        content.withLock { content in
            content.ledger.apply(note)
            Recording.note(content.notes.count)
            content.notes.append(note)
            guard descriptor >= 0 else { return }
            // One write call: lines of two threads do not mix, and a killed process leaves whole lines.
            var line = note.line + "\n"
            let written = line.withUTF8 { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            precondition(written == line.utf8.count, "the notes cannot be written")
        }
    }

    /// The sum of all notes.
    package var ledger: Ledger { content.withLock { $0.ledger } }

    /// The highest key that was handed over.
    package var highestKey: Int64 { content.withLock { $0.ledger.highestKey } }

    /// All notes, oldest first; the marks in a recording are their indexes.
    package var notes: [Note] { content.withLock { $0.notes } }
}
