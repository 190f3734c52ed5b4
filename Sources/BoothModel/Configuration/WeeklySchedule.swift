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

    /// Whether officers are in at that civil time.
    package func isAttended(_ civil: CivilTime) -> Bool {
        !isClosed(civil.date)
            && attended.contains { $0.day == civil.weekday && $0.minutes.contains(civil.minuteOfDay) }
    }

    /// Whether nobody comes on that date.
    package func isClosed(_ date: CivilDate) -> Bool { closed.contains { $0.contains(date) } }

    /// When officers come or go next.
    ///
    /// Exact also when the zone changes its offset. An attendance that begins in a skipped hour begins with the hour
    /// after it. An attendance in a repeated hour comes twice.
    /// - Parameter wall: the search begins after it.
    /// - Returns: nil if nothing changes for 400 days.
    package func nextChange(after wall: WallTime, in zone: Zone) -> WallTime? {
        guard !attended.isEmpty else { return nil }
        let end = wall.milliseconds + 400 * 86_400_000
        let before = isAttended(zone.civil(wall))
        var (instant, face) = (wall, zone.civil(wall))
        while instant.milliseconds < end {
            (instant, face) = Self.step(from: instant, face, toMinute: nextEdge(after: face), zone)
            if isAttended(face) != before { return instant }
        }
        return nil
    }

    /// The next minute of that day at which attendance may change; at the latest 1440, the next midnight.
    private func nextEdge(after face: CivilTime) -> Int {
        var edge = 1440
        guard !isClosed(face.date) else { return edge }
        for attendance in attended where attendance.day == face.weekday {
            for bound in [attendance.minutes.lowerBound, attendance.minutes.upperBound]
            where bound > face.minuteOfDay && bound < edge { edge = bound }
        }
        return edge
    }

    /// Goes from an instant to a minute of the same day, or to a change of the zone's offset if that comes first.
    private static func step(
        from instant: WallTime, _ face: CivilTime, toMinute minute: Int, _ zone: Zone
    ) -> (WallTime, CivilTime) {
        let sinceMidnight = Int64(face.minuteOfDay * 60 + face.second) * 1000 + Int64(face.millisecond)
        var later = WallTime(milliseconds: instant.milliseconds + Int64(minute) * 60_000 - sinceMidnight)
        var then = zone.civil(later)
        guard then.offsetSeconds != face.offsetSeconds else { return (later, then) }
        // Offsets change on whole seconds.
        var earlier = instant.milliseconds - Int64(face.millisecond)
        while later.milliseconds - earlier > 1000 {
            let middle = WallTime(milliseconds: earlier + (later.milliseconds - earlier) / 2000 * 1000)
            let between = zone.civil(middle)
            if between.offsetSeconds == face.offsetSeconds {
                earlier = middle.milliseconds
            } else {
                (later, then) = (middle, between)
            }
        }
        return (later, then)
    }
}
