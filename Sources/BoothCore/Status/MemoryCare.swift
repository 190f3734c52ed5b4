// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When to return freed memory to the system: soon after a burst of work, and every ten minutes. Not after each event,
/// and not at once, because the burst's next step may need that memory.
struct MemoryCare {
    /// When it is due next.
    private(set) var due: BootTime
    /// Whether so many events waited that sending them counts as a burst.
    private var hadBacklog = false

    private static let rest = Duration.seconds(10)
    private static let interval = Duration.seconds(600)
    private static let backlog = 500

    /// A start is a burst, because the whole journal is read.
    init(started: BootTime) {
        due = started + Self.rest
    }

    /// A walk test or a scan is over.
    mutating func noteBurst(at now: BootTime) { due = min(due, now + Self.rest) }

    /// Notes how many events wait.
    mutating func note(queued: Int, at now: BootTime) {
        if queued >= Self.backlog { hadBacklog = true }
        guard queued == 0, hadBacklog else { return }
        hadBacklog = false
        noteBurst(at: now)
    }

    /// Whether it is due; if so, the next time is set.
    mutating func takeDue(at now: BootTime) -> Bool {
        guard due <= now else { return false }
        due = now + Self.interval
        return true
    }
}
