// SPDX-License-Identifier: Apache-2.0

/// A wall clock's reading in the booth's time zone, with its offset from UTC.
package struct CivilTime: Hashable, Sendable {
    package var date: CivilDate
    package var weekday: Weekday
    /// Minutes since local midnight, 0...1439.
    package var minuteOfDay: Int
    /// 0...60; 60 is a leap second.
    package var second: Int
    /// 0...999.
    package var millisecond: Int
    /// Seconds east of UTC.
    package var offsetSeconds: Int

    package init(
        date: CivilDate, weekday: Weekday, minuteOfDay: Int, second: Int = 0, millisecond: Int = 0,
        offsetSeconds: Int = 0
    ) {
        self.date = date
        self.weekday = weekday
        self.minuteOfDay = minuteOfDay
        self.second = second
        self.millisecond = millisecond
        self.offsetSeconds = offsetSeconds
    }

    /// Seconds from 1970-01-01 00:00:00 to this time on the same clock face, without the offset.
    var faceSeconds: Int { date.daysSince1970 * 86_400 + minuteOfDay * 60 + second }

    /// RFC 3339 with milliseconds and an explicit offset: `2026-11-21T08:15:30.120+08:00`.
    package var rfc3339: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let offset = abs(offsetSeconds) / 60
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
            + "T\(padded(minuteOfDay / 60, 2)):\(padded(minuteOfDay % 60, 2)):\(padded(second, 2))"
            + ".\(padded(millisecond, 3))\(offsetSeconds < 0 ? "-" : "+")\(padded(offset / 60, 2)):\(padded(offset % 60, 2))"
    }
}
