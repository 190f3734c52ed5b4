// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// What a command writes, gathered and written in as few calls as can be.
package final class Output {
    private let descriptor: CInt
    private var waiting: [UInt8] = []
    /// Whether nothing more is written: the reader is gone, as `head` is after ten lines, or it failed.
    package private(set) var isBroken = false
    /// Why something could not be written; nil where it could, and where the reader is gone: nobody wants the rest.
    package private(set) var failure: SystemError?
    /// When this descriptor becomes readable while the reader does not read, the rest is given up, and `isBroken` set.
    /// Without it, a pager that waits for a key would keep a blocked SIGTERM waiting with it.
    var interruption: CInt?

    /// - Parameter descriptor: open for writing as long as this lives; not closed by it.
    package init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Whether a person reads along, and not a program or a file.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Takes `text` as it is, without a line feed; what waits is written at 64 KiB.
    package func write(_ text: String) {
        waiting.append(contentsOf: text.utf8)
        if waiting.count >= 65_536 { flush() }
    }

    /// Writes what waits.
    package func flush() {
        defer { waiting = [] }
        guard !isBroken else { return }
        if let interruption {
            writePieces(or: interruption)
            return
        }
        write(waiting[...])
    }

    private func write(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { bytes in
            do throws(SystemError) {
                try bytes.write(to: descriptor)
            } catch {
                isBroken = true
                if error.code != EPIPE { failure = error }
            }
        }
    }

    /// A pipe that is ready takes PIPE_BUF bytes without blocking (pipe(7)), so no piece is longer.
    private func writePieces(or interruption: CInt) {
        var rest = waiting[...]
        while !rest.isEmpty, !isBroken {
            var watched = [
                pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: interruption, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&watched, 2, -1) > 0 else { continue }
            if watched[0].revents == 0 {
                isBroken = true
                return
            }
            let piece = rest.prefix(Int(PIPE_BUF))
            write(piece)
            rest = rest.dropFirst(piece.count)
        }
    }
}
