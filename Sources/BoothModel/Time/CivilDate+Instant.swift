// SPDX-License-Identifier: Apache-2.0

// Dates as numbers of days, and as instants.
extension CivilDate {
    /// Days since 1970-01-01 in the Gregorian calendar. Years begin in March here, so that the leap day is the last day
    /// of a year.
    package var daysSince1970: Int {
        let marchYear = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let leapDays = Self.floor(marchYear, 4) - Self.floor(marchYear, 100) + Self.floor(marchYear, 400)
        return marchYear * 365 + leapDays + dayOfYear - 719_468
    }

    /// - Parameter days: since 1970-01-01.
    package init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = Self.floor(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let index = (daysSince1970 + 3) - Self.floor(daysSince1970 + 3, 7) * 7
        return Weekday.allCases[index]
    }

    package var next: CivilDate { CivilDate(daysSince1970: daysSince1970 + 1) }
    package var previous: CivilDate { CivilDate(daysSince1970: daysSince1970 - 1) }

    /// When the wall clock shows that minute of this date. If it shows it twice, the first time. If it skips it, the
    /// time with the offset before the gap.
    ///
    /// - Parameters:
    ///   - minuteOfDay: 0...1440; 1440 is the next midnight.
    package func instant(
        minuteOfDay: Int = 0, in zone: Zone
    ) -> WallTime {
        let face = daysSince1970 * 86_400 + minuteOfDay * 60
        func shown(withOffsetOf seconds: Int) -> WallTime {
            let offset = zone.offset(at: WallTime(milliseconds: Int64(seconds) * 1000))
            return WallTime(milliseconds: Int64(face - offset) * 1000)
        }
        // The offsets of the day before and of the day after: no zone changes twice between them.
        let candidates = [shown(withOffsetOf: face - 86_400), shown(withOffsetOf: face + 86_400)]
        return candidates.first { zone.civil($0).faceSeconds == face } ?? candidates[0]
    }

    private static func floor(_ number: Int, _ divisor: Int) -> Int {
        number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
    }
}
