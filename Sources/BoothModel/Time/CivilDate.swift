// SPDX-License-Identifier: Apache-2.0

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

    /// Reads a row of the journal: a day that the calendar has.
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
