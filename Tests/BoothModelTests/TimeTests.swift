// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@Suite("Time")
struct TimeTests {
    private static let tuesday = CivilDate(year: 2026, month: 11, day: 24)

    private static func moment(_ date: CivilDate, _ minute: Int, _ clock: ClockState = .synced) -> Moment {
        Moment(
            boot: BootTime(nanoseconds: 0),
            wallMilliseconds: date.instant(minuteOfDay: minute, in: .shanghai).milliseconds, in: .shanghai,
            clock: clock, bootID: "boot")
    }

    @Test(
        "a schedule knows its half-days to the minute",
        arguments: [(509, false), (510, true), (689, true), (690, false)])
    func attended(minute: Int, expected: Bool) {
        let schedule = WeeklySchedule(attended: [.init(day: .tuesday, minutes: 510..<690)])
        #expect(schedule.isAttended(at: Self.moment(Self.tuesday, minute)) == expected)
        #expect(!schedule.isAttended(at: Self.moment(Self.tuesday.next, minute)))
    }

    @Test("nobody is in on a closed date, nor while the clock is not trusted, nor without a schedule")
    func unattended() {
        let open = WeeklySchedule.Attendance(day: .tuesday, minutes: 0..<1440)
        let holiday = WeeklySchedule(attended: [open], closed: [Self.tuesday...Self.tuesday])
        #expect(!holiday.isAttended(at: Self.moment(Self.tuesday, 600)))
        let schedule = WeeklySchedule(attended: [open])
        #expect(!schedule.isAttended(at: Self.moment(Self.tuesday, 600, .unsynced)))
        #expect(schedule.isAttended(at: Self.moment(Self.tuesday, 600, .holdover)))
        #expect(!WeeklySchedule().isAttended(at: Self.moment(Self.tuesday, 600)))
    }

    @Test("civil time is written with its offset, west and east")
    func rfc3339() {
        func text(_ offset: Int) -> String {
            CivilTime(
                date: Self.tuesday, weekday: .tuesday, minuteOfDay: 75, second: 5, millisecond: 7, offsetSeconds: offset
            )
            .rfc3339
        }
        #expect(text(8 * 3600) == "2026-11-24T01:15:05.007+08:00")
        #expect(text(-9 * 3600 - 1800) == "2026-11-24T01:15:05.007-09:30")
    }

    @Test(
        "a wait is rounded up, so that it is over when it ends",
        arguments: [(1, 1), (1_000_000, 1), (1_000_001, 2), (-5, 0)])
    func rounding(nanoseconds: Int64, milliseconds: Int) {
        let now = BootTime(nanoseconds: 100)
        #expect((now + .nanoseconds(nanoseconds)).millisecondsAway(from: now) == milliseconds)
    }

    @Test("the zone database has Shanghai and no path out of it")
    func zones() {
        #expect(TimeZoneDatabase.contains("Asia/Shanghai"))
        for name in ["", "Asia/Peking2", "/etc/passwd", "../../../etc/passwd", "Asia"] {
            #expect(!TimeZoneDatabase.contains(name), "\(name)")
        }
    }
}
