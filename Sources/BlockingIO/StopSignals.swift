// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// SIGINT, SIGTERM and SIGHUP of a program that waits, read from a descriptor instead of ending it (signalfd(2)).
///
/// Made on the first thread before any other starts: the mask is inherited. SIGPIPE is blocked as well.
package final class StopSignals: Sendable {
    /// Readable once one of them has come.
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
