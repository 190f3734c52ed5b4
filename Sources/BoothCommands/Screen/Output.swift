// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// Collects a command's output and writes it with few calls.
package final class Output {
    private let descriptor: CInt
    private var waiting: [UInt8] = []
    /// Whether writing has ended: the reader is gone, as `head` is after ten lines, or writing failed.
    package private(set) var isBroken = false
    /// Why writing failed; nil if it did not. Also nil if the reader is gone, since then nobody needs the rest.
    package private(set) var failure: SystemError?
    /// If this descriptor becomes readable while the reader does not read, the rest is dropped and `isBroken` is set.
    /// Otherwise a pager that waits for a key would also delay a blocked SIGTERM.
    var interruption: CInt?

    /// - Parameter descriptor: must stay open while this object lives, and is not closed by it.
    package init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Whether the output goes to a terminal.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Adds `text` without a line feed. Writes once 64 KiB are collected.
    package func write(_ text: String) {
        waiting.append(contentsOf: text.utf8)
        if waiting.count >= 65_536 { flush() }
    }

    /// Writes the collected text.
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

    /// Writes small pieces: a ready pipe accepts up to PIPE_BUF bytes without blocking (pipe(7)).
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
