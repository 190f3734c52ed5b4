// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// Tells the service manager the state of the program (sd_notify(3), `Type=notify`).
///
/// Without systemd `$NOTIFY_SOCKET` is not set, and every call does nothing. May be called from any thread.
package struct Notifier: Sendable {
    package init() {}

    /// The program is in service: units ordered after it may start, and a reload has ended.
    ///
    /// - Parameter status: one line for `systemctl status`, sent in the same message.
    /// - Throws: `NotifyError` when there is a manager and sending fails.
    package func ready(status text: String? = nil) throws(NotifyError) {
        try send(["READY=1"] + (text.map { [statusLine($0)] } ?? []))
    }

    /// Sets the line for `systemctl status`. Line breaks become spaces.
    ///
    /// - Throws: `NotifyError` when there is a manager and sending fails.
    package func status(_ text: String) throws(NotifyError) {
        try send([statusLine(text)])
    }

    /// A reload begins. `ready` ends it, even if the reload was refused.
    ///
    /// The message carries the monotonic clock in microseconds, so that the manager can tell reloads apart.
    /// - Throws: `NotifyError` when there is a manager and sending fails.
    package func reloading() throws(NotifyError) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
        try send(["RELOADING=1", "MONOTONIC_USEC=\(microseconds)"])
    }

    /// The program has begun to stop.
    ///
    /// - Throws: `NotifyError` when there is a manager and sending fails.
    package func stopping() throws(NotifyError) {
        try send(["STOPPING=1"])
    }

    /// The program's loop runs; restarts the manager's watchdog timer.
    ///
    /// - Throws: `NotifyError` when there is a manager and sending fails.
    package func keepAlive() throws(NotifyError) {
        try send(["WATCHDOG=1"])
    }

    /// How long the program may be silent before the manager kills it (sd_watchdog_enabled(3)); nil: no watchdog.
    package static var watchdogLimit: Duration? {
        var microseconds: UInt64 = 0
        // Keep the variable: after a reload the program runs again in the same process.
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    private func send(_ assignments: [String]) throws(NotifyError) {
        // Negative: an errno value; 0: no manager; positive: sent.
        let result = sd_notify(0, assignments.joined(separator: "\n"))
        guard result >= 0 else { throw NotifyError(assignment: assignments[0], code: -result) }
    }

    /// Replaces line breaks, because a line break would begin another assignment.
    private func statusLine(_ text: String) -> String {
        "STATUS=" + String(text.map { $0.isNewline ? " " : $0 })
    }
}

/// A message could not be sent to the service manager.
package struct NotifyError: Error, Equatable, CustomStringConvertible {
    /// The message's first line: `READY=1`.
    package let assignment: String
    /// An `errno` value.
    package let code: CInt

    package var description: String { "systemd: notify \(assignment): \(String(cString: strerror(code)))" }
}
