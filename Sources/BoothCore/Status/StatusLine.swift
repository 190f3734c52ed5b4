// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The line for `systemctl status`: told when it changed, once a second at most.
struct StatusLine {
    private static let interval = Duration.seconds(1)

    private(set) var isInService = false
    private var shown: String?
    private var next = BootTime(nanoseconds: 0)
    private var mayHaveChanged = false

    /// When a line that came too soon after the last one is due.
    var nextDeadline: BootTime? { mayHaveChanged ? next : nil }

    /// The agent is in service, and says so with its first line.
    mutating func enterService(_ line: String) {
        isInService = true
        shown = line
    }

    /// Something happened that the line may tell.
    mutating func noteChange() { mayHaveChanged = true }

    /// Another thread told the service manager something else.
    mutating func forgetShown() { shown = nil }

    /// Whether the line is to be made and shown now.
    func isDue(at now: BootTime) -> Bool { mayHaveChanged && now >= next }

    /// - Parameter line: as it is now.
    /// - Returns: whether to show it: it is not the one that is shown.
    mutating func update(_ line: String, at now: BootTime) -> Bool {
        mayHaveChanged = false
        next = now + Self.interval
        guard isInService, line != shown else { return false }
        shown = line
        return true
    }
}
