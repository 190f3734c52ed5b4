// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Standard output and standard error of a program with threads.
///
/// Each line is one write(2) wherever the system takes it whole: lines of several threads do not mix, none waits in a
/// buffer, and no lock of stdio is taken that a thread in the middle of reading standard input may hold.
package enum StandardStream: CInt, Sendable {
    case output = 1
    case error = 2

    /// How long a reader that has set the stream to non-blocking may take for nothing, in milliseconds.
    private static let patience = 1000

    /// Writes `text` and a line feed.
    ///
    /// - Returns: why it was not written, or not all of it; nil where it was, and where whoever reads has gone: nobody
    ///   wants it then.
    @discardableResult
    package func write(line text: String) -> SystemError? {
        var line = text + "\n"
        return line.withUTF8 { (bytes) -> SystemError? in
            do throws(SystemError) {
                try UnsafeRawBufferPointer(bytes).write(to: rawValue, patience: Self.patience)
                return nil
            } catch {
                return error.code == EPIPE ? nil : error
            }
        }
    }

    /// Takes the places of standard input, output and error where the program was started without them: what it opens
    /// next would get their numbers, and with them what it says. Reading gives the end, writing fails.
    package static func keepPlaces() {
        for descriptor in CInt(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free (open(2)): this one.
            _ = open("/dev/null", O_RDONLY)
        }
    }
}

/// Standard output of a program that goes on without it: says once on standard error that it cannot be written.
package final class LineOutput: Sendable {
    private let program: String
    private let hasFailed = Atomic(false)

    /// - Parameter program: its name, as it begins a complaint.
    package init(program: String) {
        self.program = program
    }

    /// Writes `text` and a line feed; from any thread.
    package func write(line text: String) {
        guard let error = StandardStream.output.write(line: text),
            !hasFailed.exchange(true, ordering: .relaxed)
        else { return }
        StandardStream.error.write(line: "\(program): standard output: \(error)")
    }

    /// How the program ends where nothing else was wrong: 0, or 1 when a line could not be written.
    package var exitCode: CInt { hasFailed.load(ordering: .relaxed) ? 1 : 0 }
}
