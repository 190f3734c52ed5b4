// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A zone for tests: an offset, and the instants at which it becomes another one.
struct Zone: Sendable {
    var offset: Int
    /// In order of time.
    var changes: [(at: WallTime, offset: Int)] = []

    static let shanghai = Zone(offset: 8 * 3600)
    /// 2026 of Europe/Berlin: on from 01:00 UTC of 29 March, off from 01:00 UTC of 25 October.
    static let berlin = Zone(
        offset: 3600,
        changes: [
            (utc(2026, 3, 29, 60), 7200), (utc(2026, 10, 25, 60), 3600), (utc(2027, 3, 28, 60), 7200),
            (utc(2027, 10, 31, 60), 3600),
        ])
    /// A zone whose clocks go from 24:00 to 01:00 at the end of 5 September 2026, as in Santiago.
    static let santiago = Zone(offset: -4 * 3600, changes: [(utc(2026, 9, 6, 240), -3 * 3600)])

    /// The civil time of an instant.
    func civil(_ instant: WallTime) -> CivilTime {
        let offset = changes.last { $0.at <= instant }?.offset ?? offset
        let face = Int(instant.milliseconds / 1000) + offset
        let date = CivilDate(daysSince1970: face / 86_400)
        return CivilTime(
            date: date, weekday: date.weekday, minuteOfDay: face % 86_400 / 60, second: face % 60,
            millisecond: Int(instant.milliseconds % 1000), offsetSeconds: offset)
    }

    static func utc(_ year: Int, _ month: Int, _ day: Int, _ minute: Int) -> WallTime {
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        return WallTime(milliseconds: Int64(days * 1440 + minute) * 60_000)
    }

    /// `2026-03-28T23:00` of UTC, with seconds and milliseconds only where there are some.
    static func text(_ instant: WallTime) -> String {
        let text = Zone(offset: 0).civil(instant).rfc3339.dropLast(6)
        return String(text.hasSuffix(":00.000") ? text.dropLast(7) : text)
    }
}
