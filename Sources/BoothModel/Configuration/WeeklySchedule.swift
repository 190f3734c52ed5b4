// SPDX-License-Identifier: Apache-2.0

/// When officers are in. Empty: always unattended.
package struct WeeklySchedule: Sendable, Hashable {
    /// One attendance: `Tue 08:30-11:30` is minutes 510..<690 of a Tuesday.
    package struct Attendance: Sendable, Hashable {
        package var day: Weekday
        /// Minutes of the day, 0..<1440 with an end of at most 1440.
        package var minutes: Range<Int>

        package init(day: Weekday, minutes: Range<Int>) {
            self.day = day
            self.minutes = minutes
        }
    }

    /// In no order; they may touch, and do not overlap.
    package var attended: [Attendance]
    /// Dates without attendance.
    package var closed: [ClosedRange<CivilDate>]

    package init(attended: [Attendance] = [], closed: [ClosedRange<CivilDate>] = []) {
        self.attended = attended
        self.closed = closed
    }

    /// Whether officers are in at `moment`; never while the clock is not trusted.
    package func isAttended(at moment: Moment) -> Bool {
        moment.clock != .unsynced && isAttended(moment.civil)
    }

    /// Whether officers are in by that reading of the wall clock.
    package func isAttended(_ civil: CivilTime) -> Bool {
        !isClosed(civil.date)
            && attended.contains { $0.day == civil.weekday && $0.minutes.contains(civil.minuteOfDay) }
    }

    /// Whether nobody comes on that date.
    package func isClosed(_ date: CivilDate) -> Bool { closed.contains { $0.contains(date) } }

    /// When officers come or go next.
    ///
    /// - Parameters:
    ///   - wall: the search begins after it.
    ///   - civil: the zone: the civil time of an instant. By default the process's own.
    ///   - instant: its inverse, for a minute of a date.
    /// - Returns: nil where nothing changes for 400 days.
    package func nextChange(
        after wall: WallTime, civil: (WallTime) -> CivilTime = { CivilTime(wallMilliseconds: $0.milliseconds) },
        instant: (CivilDate, Int) -> WallTime = { $0.instant(minuteOfDay: $1) }
    ) -> WallTime? {
        guard !attended.isEmpty else { return nil }
        let now = civil(wall)
        let before = isAttended(now)
        var date = now.date
        for _ in 0..<400 {
            let weekday = date.weekday
            let edges = attended.filter { $0.day == weekday }.flatMap {
                [$0.minutes.lowerBound, $0.minutes.upperBound]
            }
            // Midnight itself may be an edge: of a closed date, and where one day's attendance meets the next one's.
            for edge in Set(edges + [0]).sorted() {
                let then = instant(date, edge)
                if then > wall, isAttended(civil(then)) != before { return then }
            }
            date = date.next
        }
        return nil
    }
}
