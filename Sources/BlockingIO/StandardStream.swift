// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Standard output and standard error of a program with threads.
///
/// Each line is one write(2) wherever the system takes it whole: lines of several threads do not mix, none waits in a
/// buffer, and no lock of stdio is taken that a thread in the middle of reading standard input may hold.
package enum StandardStream: CInt, Sendable {
    case output = 1
    case error = 2

    /// How long a reader that has set the stream to non-blocking may take for nothing, in milliseconds.
    private static let patience = 1000

    /// Writes `text` and a line feed. Whoever reads may have gone: that is nothing to stop for.
    package func write(line text: String) {
        var line = text + "\n"
        line.withUTF8 { try? UnsafeRawBufferPointer($0).write(to: rawValue, patience: Self.patience) }
    }
}
