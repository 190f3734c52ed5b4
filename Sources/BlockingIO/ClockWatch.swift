// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Tells that the wall clock was set, by whomever: to another time, or by a time service that steps it (timerfd_create(2)).
///
/// A clock that is only sped up or slowed down is none that was set.
package final class ClockWatch {
    /// Readable once the clock was set; for `EventLoop.watch`.
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
