// SPDX-License-Identifier: Apache-2.0

/// A time zone: how far its clocks are ahead of UTC, and when that changes.
package struct Zone: Sendable, Hashable {
    /// A new offset, from an instant on.
    package struct Change: Sendable, Hashable {
        package var at: WallTime
        /// Seconds east of UTC.
        package var offset: Int

        package init(at: WallTime, offset: Int) {
            self.at = at
            self.offset = offset
        }
    }

    package static let utc = Zone(offset: 0)

    /// Before the first change.
    private let offset: Int
    /// In order of time.
    private let changes: [Change]

    /// - Parameters:
    ///   - offset: seconds east of UTC, before the first change.
    ///   - changes: in order of time.
    package init(offset: Int, changes: [Change] = []) {
        self.offset = offset
        self.changes = changes
    }

    /// Seconds east of UTC at an instant.
    package func offset(at instant: WallTime) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? offset : changes[low - 1].offset
    }

    /// What a clock of the zone shows at an instant.
    package func civil(_ instant: WallTime) -> CivilTime {
        let offset = offset(at: instant)
        // Rounded down: a board that starts at 1970 has instants before that.
        let millisecond = (instant.milliseconds % 1000 + 1000) % 1000
        let face = Int((instant.milliseconds - millisecond) / 1000) + offset
        let second = (face % 86_400 + 86_400) % 86_400
        let date = CivilDate(daysSince1970: (face - second) / 86_400)
        return CivilTime(
            date: date, weekday: date.weekday, minuteOfDay: second / 60, second: second % 60,
            millisecond: Int(millisecond), offsetSeconds: offset)
    }
}
