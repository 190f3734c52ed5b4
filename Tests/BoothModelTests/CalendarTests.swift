// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Testing

@Suite("A calendar's days")
struct CalendarTests {
    @Test("are those of the C library, from 1600 to 2400, each way")
    func days() throws {
        // Every day, by what gmtime_r(3) makes of its midnight.
        let first = CivilDate(year: 1600, month: 1, day: 1)
        let last = CivilDate(year: 2400, month: 12, day: 31)
        var wrong: [String] = []
        for day in first.daysSince1970...last.daysSince1970 {
            var seconds = time_t(day * 86_400)
            var fields = tm()
            gmtime_r(&seconds, &fields)
            let date = CivilDate(
                year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday))
            let weekday = fields.tm_wday == 0 ? Weekday.sunday : Weekday(rawValue: Int(fields.tm_wday))
            if CivilDate(daysSince1970: day) != date || date.daysSince1970 != day || date.weekday != weekday {
                wrong.append("\(date)")
            }
        }
        #expect(wrong == [])
    }

    @Test(
        "follow each other over the ends of months, years and February",
        arguments: [
            (CivilDate(year: 2026, month: 11, day: 30), CivilDate(year: 2026, month: 12, day: 1)),
            (CivilDate(year: 2026, month: 12, day: 31), CivilDate(year: 2027, month: 1, day: 1)),
            (CivilDate(year: 2028, month: 2, day: 28), CivilDate(year: 2028, month: 2, day: 29)),
            (CivilDate(year: 2100, month: 2, day: 28), CivilDate(year: 2100, month: 3, day: 1)),
            (CivilDate(year: 2000, month: 2, day: 29), CivilDate(year: 2000, month: 3, day: 1)),
        ])
    func neighbours(date: CivilDate, next: CivilDate) {
        #expect(date.next == next)
        #expect(next.previous == date)
    }

    @Test("begin where the zone says, also where it skips or repeats the hour")
    func instants() {
        let berlin = Zone.berlin
        func instant(_ month: Int, _ day: Int, _ minute: Int) -> String {
            Zone.text(CivilDate(year: 2026, month: month, day: day).instant(minuteOfDay: minute, in: berlin))
        }
        #expect(instant(3, 29, 0) == "2026-03-28T23:00")
        // 02:30 is skipped: as much after the gap.
        #expect(instant(3, 29, 150) == "2026-03-29T01:30")
        #expect(instant(3, 29, 1440) == "2026-03-29T22:00")
        // 02:30 comes twice: the first.
        #expect(instant(10, 25, 150) == "2026-10-25T00:30")
        #expect(instant(10, 25, 1440) == "2026-10-25T23:00")
    }

    @Test("are the process's own where its zone is given, and what the C library says")
    func ownZone() {
        let zone = Zone.ofProcess
        for seconds in stride(from: Int64(0), to: 4_000_000_000, by: 43_200_000 + 60) {
            let instant = WallTime(milliseconds: seconds / 60 * 60_000)
            let civil = CivilTime(wallMilliseconds: instant.milliseconds)
            #expect(zone.civil(instant) == civil, "\(seconds)")
            #expect(civil.date.instant(minuteOfDay: civil.minuteOfDay, in: zone) == instant, "\(seconds)")
        }
    }

    @Test("are told before 1970 too, where a board's clock may begin")
    func before1970() {
        let civil = CivilTime(wallMilliseconds: -1)
        #expect(civil.second == 59)
        #expect(civil.millisecond == 999)
    }
}
