// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// SIGINT, SIGTERM and SIGHUP, read from a descriptor, so that they do not end the program at once (signalfd(2)).
///
/// Create it on the first thread before any other starts, because threads inherit the signal mask. SIGPIPE is blocked
/// too.
package final class StopSignals: Sendable {
    /// Readable after one of these signals.
    package let descriptor: CInt

    /// - Throws: `SystemError` when the process has no descriptor left.
    package init() throws(SystemError) {
        let opened = clinux_open_signals(0)
        guard opened >= 0 else { throw SystemError("signalfd") }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }
}
