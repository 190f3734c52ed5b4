// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Standard output and standard error of a program with threads.
///
/// Each line is one write(2) if the system accepts it whole. So lines of several threads do not mix, no line waits in a
/// buffer, and no stdio lock is taken, which a thread that reads standard input may hold.
package enum StandardStream: CInt, Sendable {
    case output = 1
    case error = 2

    /// How many milliseconds a reader may read nothing, if the stream is non-blocking.
    private static let patience = 1000

    /// Writes `text` and a line feed.
    ///
    /// - Returns: the error if the line was not written, or only a part; nil if it was written. Also nil if the reader
    ///   is gone, since then nobody needs the line.
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

    /// Opens /dev/null as standard input, output or error if the program was started without it. Otherwise the next
    /// opened file would get that number, and the program's messages. Reading gives end of file, writing fails.
    package static func keepPlaces() {
        for descriptor in CInt(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
            // open(2) returns the lowest free number, which is this one.
            _ = open("/dev/null", O_RDONLY)
        }
    }
}

/// Standard output of a program that continues without it. The first failure is reported once on standard error.
package final class LineOutput: Sendable {
    private let program: String
    private let hasFailed = Atomic(false)

    /// - Parameter program: the program's name, for the error message.
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

    /// The program's exit code if nothing else failed: 0, or 1 when a line could not be written.
    package var exitCode: CInt { hasFailed.load(ordering: .relaxed) ? 1 : 0 }
}
