// SPDX-License-Identifier: Apache-2.0

/// What a restart must know about the whole booth; one row of the journal.
package struct BoothMemory: Sendable, Hashable, Codable {
    /// What overrides the schedule; nil: nothing.
    package var override: AttendanceOverride?
    /// How far each target's tasks have been read: the cursor that the platform gave.
    package var cursors: [TargetID: String] = [:]
    /// The days whose daily report was made, the newest last; `mostReported` at most.
    package var reported: [CivilDate] = []
    /// The boot in which the clock was last known to be right.
    package var syncedBoot: String?
    /// The agent's last sign of life.
    package var alive: Stamp?
    /// Times without an agent, the newest last; `mostOutages` at most.
    package var outages: [Outage] = []

    package static let mostReported = 8
    package static let mostOutages = 200

    /// A time without an agent.
    package struct Outage: Sendable, Hashable, Codable {
        package var from: WallTime
        package var to: WallTime

        package init(from: WallTime, to: WallTime) {
            self.from = from
            self.to = to
        }
    }

    package init() {}

    /// Whether the next minutes bring again everything that is new since `before`: signs of life, outages, which follow
    /// from them, and that the clock is right. What somebody asked for, cursors of tasks and made reports come only
    /// once.
    package func isToldAgain(after before: BoothMemory) -> Bool {
        var same = self
        (same.alive, same.outages, same.syncedBoot) = (before.alive, before.outages, before.syncedBoot)
        return same == before
    }
}
