// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Zones for tests.
extension Zone {
    static let shanghai = Zone(offset: 8 * 3600)
    /// 2026 of Europe/Berlin: on from 01:00 UTC of 29 March, off from 01:00 UTC of 25 October.
    static let berlin = Zone(
        offset: 3600,
        changes: [
            Change(at: utc(2026, 3, 29, 60), offset: 7200), Change(at: utc(2026, 10, 25, 60), offset: 3600),
            Change(at: utc(2027, 3, 28, 60), offset: 7200), Change(at: utc(2027, 10, 31, 60), offset: 3600),
        ])
    /// A zone whose clocks go from 24:00 to 01:00 at the end of 5 September 2026, as in Santiago.
    static let santiago = Zone(
        offset: -4 * 3600, changes: [Change(at: utc(2026, 9, 6, 240), offset: -3 * 3600)])

    static func utc(_ year: Int, _ month: Int, _ day: Int, _ minute: Int) -> WallTime {
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        return WallTime(milliseconds: Int64(days * 1440 + minute) * 60_000)
    }

    /// `2026-03-28T23:00` of UTC, with seconds and milliseconds only where there are some.
    static func text(_ instant: WallTime) -> String {
        let text = instant.text(in: .utc).dropLast(6)
        return String(text.hasSuffix(":00.000") ? text.dropLast(7) : text)
    }
}
