// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The line for `systemctl status`. It is sent when it has changed, once a second at most.
struct StatusLine {
    private static let interval = Duration.seconds(1)

    private(set) var isInService = false
    private var shown: String?
    private var next = BootTime(nanoseconds: 0)
    private var mayHaveChanged = false

    /// When a line that would come too soon after the last one is due; nil: none waits.
    var nextDeadline: BootTime? { mayHaveChanged ? next : nil }

    /// The agent is in service; `line` is the first one shown.
    mutating func enterService(_ line: String) {
        isInService = true
        shown = line
    }

    /// Something happened that may change the line.
    mutating func noteChange() { mayHaveChanged = true }

    /// Another thread has sent the service manager another line.
    mutating func forgetShown() { shown = nil }

    /// Whether to make the line now, and to show it if it has changed.
    func isDue(at now: BootTime) -> Bool { mayHaveChanged && now >= next }

    /// - Parameter line: the current line.
    /// - Returns: whether to show it, because another line is shown.
    mutating func update(_ line: String, at now: BootTime) -> Bool {
        mayHaveChanged = false
        next = now + Self.interval
        guard isInService, line != shown else { return false }
        shown = line
        return true
    }
}
