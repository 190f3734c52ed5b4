// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// An eventfd: any thread can ring it, one thread waits for it (eventfd(2)).
package final class WakeUp: Sendable {
    /// Readable from `ring` until `clear`; for epoll, poll or `curl_multi_poll`.
    package let descriptor: CInt

    /// - Throws: `SystemError` when the process has no descriptor left.
    package init() throws(SystemError) {
        let opened = eventfd(0, clinux_eventfd_flags)
        guard opened >= 0 else { throw SystemError("eventfd") }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Makes `descriptor` readable. Never blocks.
    package func ring() {
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }

    /// Makes `descriptor` unreadable until the next ring.
    package func clear() {
        var count: UInt64 = 0
        read(descriptor, &count, 8)
    }

    /// Waits for a ring, and does not clear it.
    ///
    /// - Parameter milliseconds: the longest wait; nil waits for ever.
    /// - Returns: whether it rang.
    @discardableResult
    package func wait(milliseconds: Int? = nil) -> Bool {
        var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let limit = milliseconds.map { CInt(clamping: max(0, $0)) } ?? -1
        return poll(&one, 1, limit) > 0
    }
}
