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
        let civil = moment.civil
        guard moment.clock != .unsynced, !closed.contains(where: { $0.contains(civil.date) }) else { return false }
        return attended.contains { $0.day == civil.weekday && $0.minutes.contains(civil.minuteOfDay) }
    }
}
