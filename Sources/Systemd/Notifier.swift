// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// Tells the service manager where the program stands (sd_notify(3), `Type=notify`).
///
/// Outside systemd, where `$NOTIFY_SOCKET` is not set, every call does nothing. From any thread.
package struct Notifier: Sendable {
    package init() {}

    /// In service: what is ordered after this unit may start, and a reload is over.
    ///
    /// - Parameter status: one line for `systemctl status`, in the same message.
    /// - Throws: `NotifyError` when there is a manager and it could not be told.
    package func ready(status text: String? = nil) throws(NotifyError) {
        try send(["READY=1"] + (text.map { [statusLine($0)] } ?? []))
    }

    /// One line for `systemctl status`; line breaks in it become spaces.
    ///
    /// - Throws: `NotifyError` when there is a manager and it could not be told.
    package func status(_ text: String) throws(NotifyError) {
        try send([statusLine(text)])
    }

    /// A reload begins; `ready` ends it, also when the reload was refused.
    ///
    /// It carries the monotonic clock in microseconds, which tells the manager which reload is meant.
    /// - Throws: `NotifyError` when there is a manager and it could not be told.
    package func reloading() throws(NotifyError) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
        try send(["RELOADING=1", "MONOTONIC_USEC=\(microseconds)"])
    }

    /// The stop has begun.
    ///
    /// - Throws: `NotifyError` when there is a manager and it could not be told.
    package func stopping() throws(NotifyError) {
        try send(["STOPPING=1"])
    }

    /// The program goes round: the watchdog's time begins anew.
    ///
    /// - Throws: `NotifyError` when there is a manager and it could not be told.
    package func keepAlive() throws(NotifyError) {
        try send(["WATCHDOG=1"])
    }

    /// After how long a silence the manager kills this process (sd_watchdog_enabled(3)); nil: it does not watch it.
    package static var watchdogLimit: Duration? {
        var microseconds: UInt64 = 0
        // Left in the environment: a reload runs the program anew in the same process.
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    private func send(_ assignments: [String]) throws(NotifyError) {
        // Negative is an errno value, 0 is "no manager", positive is "sent".
        let result = sd_notify(0, assignments.joined(separator: "\n"))
        guard result >= 0 else { throw NotifyError(assignment: assignments[0], code: -result) }
    }

    /// A line break would begin another assignment.
    private func statusLine(_ text: String) -> String {
        "STATUS=" + String(text.map { $0.isNewline ? " " : $0 })
    }
}

/// The service manager could not be told something.
package struct NotifyError: Error, Equatable, CustomStringConvertible {
    /// What it was to be told, as sent: `READY=1`.
    package let assignment: String
    /// An `errno` value.
    package let code: CInt

    package var description: String { "systemd: notify \(assignment): \(String(cString: strerror(code)))" }
}
