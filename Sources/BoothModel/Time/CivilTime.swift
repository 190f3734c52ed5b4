// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A day of the week, ISO 8601 order.
package enum Weekday: Int, Sendable, CaseIterable, Codable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday

    /// As the configuration spells it: `Mon` … `Sun`.
    package var abbreviation: String { ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][rawValue - 1] }
}

/// A day of the Gregorian calendar.
package struct CivilDate: Hashable, Comparable, Sendable, Codable {
    package var year: Int
    /// 1...12.
    package var month: Int
    /// 1...31.
    package var day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Of a row of the journal: a day that the calendar has.
    package init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        let (year, month, day) = (
            try row.decode(Int.self, forKey: .year), try row.decode(Int.self, forKey: .month),
            try row.decode(Int.self, forKey: .day)
        )
        guard let date = CivilDate(calendarYear: year, month: month, day: day) else {
            throw DecodingError.dataCorruptedError(forKey: .day, in: row, debugDescription: "no day of the calendar")
        }
        self = date
    }

    package static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

/// A wall clock's reading in the booth's time zone, with its offset from UTC.
package struct CivilTime: Hashable, Sendable {
    package var date: CivilDate
    package var weekday: Weekday
    /// Minutes since local midnight, 0...1439.
    package var minuteOfDay: Int
    /// 0...60: a leap second is told.
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

    /// The civil time of an instant in the process's time zone (localtime_r(3)).
    ///
    /// - Parameter wallMilliseconds: milliseconds since 1970-01-01T00:00:00Z.
    package init(wallMilliseconds: Int64) {
        // Rounded down: a board that starts at 1970 has instants before that.
        let millisecond = (wallMilliseconds % 1000 + 1000) % 1000
        var seconds = time_t((wallMilliseconds - millisecond) / 1000)
        var fields = tm()
        localtime_r(&seconds, &fields)
        self.init(
            date: CivilDate(year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday)),
            weekday: fields.tm_wday == 0 ? .sunday : Weekday(rawValue: Int(fields.tm_wday)) ?? .sunday,
            minuteOfDay: Int(fields.tm_hour) * 60 + Int(fields.tm_min),
            second: Int(fields.tm_sec), millisecond: Int(millisecond),
            offsetSeconds: Int(fields.tm_gmtoff))
    }

    /// Seconds since 1970-01-01 00:00:00 of the same clock face: UTC's where that shows what this does.
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

/// The time zone of this process.
package enum TimeZoneDatabase {
    /// Whether the system's zone database has `name`, an IANA name such as `Asia/Shanghai`.
    package static func contains(_ name: String) -> Bool {
        guard !name.isEmpty, !name.hasPrefix("/"), !name.contains("..") else { return false }
        var status = stat()
        return stat("/usr/share/zoneinfo/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Makes `name` the zone of every `CivilTime` of this process; before other threads start (setenv(3), tzset(3)).
    package static func use(_ name: String) {
        setenv("TZ", ":\(name)", 1)
        tzset()
    }
}
