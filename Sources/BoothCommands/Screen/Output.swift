// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What a command writes, gathered and written in as few calls as can be.
package final class Output {
    private let descriptor: CInt
    private var waiting: [UInt8] = []
    /// Whether the reader is gone, as `head` is after ten lines.
    package private(set) var isBroken = false

    /// - Parameter descriptor: open for writing as long as this lives; not closed by it.
    package init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    package var isTerminal: Bool { isatty(descriptor) == 1 }

    package func write(_ text: String) {
        waiting.append(contentsOf: text.utf8)
        if waiting.count >= 65_536 { flush() }
    }

    /// Writes what waits. A reader that is gone is no failure: nobody wants the rest.
    package func flush() {
        var rest = waiting[...]
        waiting = []
        while !rest.isEmpty, !isBroken {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
                continue
            }
            let code = errno
            if code == EAGAIN {
                var one = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&one, 1, -1)
            } else if code != EINTR {
                isBroken = true
            }
        }
    }
}
