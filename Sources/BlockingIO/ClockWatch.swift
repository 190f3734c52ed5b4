// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Notices when the wall clock is set by a person or stepped by a time service (timerfd_create(2)).
///
/// A clock that only runs faster or slower for a while does not count.
package final class ClockWatch {
    /// Readable when the clock was set; for `EventLoop.watch`.
    package let descriptor: CInt

    /// - Throws: `SystemError` when the process has no descriptor left.
    package init() throws(SystemError) {
        let opened = clinux_watch_clock()
        guard opened >= 0 else { throw SystemError("timerfd") }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Whether the clock was set since the last call.
    package func wasSet() -> Bool { clinux_clock_was_set(descriptor) != 0 }
}
