// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Testing

@Suite("A weekly schedule's next change")
struct ScheduleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var zone = Zone.shanghai
        var attended: [WeeklySchedule.Attendance]
        var closed: [ClosedRange<CivilDate>] = []
        /// UTC.
        var after: WallTime
        /// UTC, one after the other; empty: never.
        var changes: [String]
    }

    static let tuesday = [attendance(.tuesday, 510, 690)]
    static let cases: [Case] = [
        Case(
            testDescription: "a half-day begins and ends", attended: tuesday, after: Zone.utc(2026, 11, 21, 0),
            changes: ["2026-11-24T00:30", "2026-11-24T03:30", "2026-12-01T00:30"]),
        Case(
            testDescription: "from within, at the second", attended: tuesday,
            after: WallTime(milliseconds: Zone.utc(2026, 11, 24, 60).milliseconds + 12_345),
            changes: ["2026-11-24T03:30"]),
        Case(
            testDescription: "never at the instant itself", attended: tuesday, after: Zone.utc(2026, 11, 24, 30),
            changes: ["2026-11-24T03:30"]),
        Case(
            testDescription: "over midnight, as two that touch",
            attended: [attendance(.tuesday, 1320, 1440), attendance(.wednesday, 0, 120)],
            after: Zone.utc(2026, 11, 24, 0), changes: ["2026-11-24T14:00", "2026-11-24T18:00"]),
        Case(
            testDescription: "attendances that touch are one",
            attended: [attendance(.tuesday, 600, 660), attendance(.tuesday, 540, 600)],
            after: Zone.utc(2026, 11, 24, 0), changes: ["2026-11-24T01:00", "2026-11-24T03:00"]),
        Case(
            testDescription: "a closed date within an attendance over midnight",
            attended: Weekday.allCases.map { attendance($0, 0, 1440) },
            closed: [CivilDate(year: 2026, month: 11, day: 25)...CivilDate(year: 2026, month: 11, day: 26)],
            after: Zone.utc(2026, 11, 24, 0), changes: ["2026-11-24T16:00", "2026-11-26T16:00"]),
        Case(
            testDescription: "weeks closed", attended: tuesday,
            closed: [CivilDate(year: 2026, month: 11, day: 22)...CivilDate(year: 2026, month: 12, day: 20)],
            after: Zone.utc(2026, 11, 21, 0), changes: ["2026-12-22T00:30"]),
        Case(
            testDescription: "always attended never changes",
            attended: Weekday.allCases.map { attendance($0, 0, 1440) },
            after: Zone.utc(2026, 11, 21, 0), changes: []),
        Case(
            testDescription: "closed for years", attended: tuesday,
            closed: [CivilDate(year: 2026, month: 1, day: 1)...CivilDate(year: 2028, month: 12, day: 31)],
            after: Zone.utc(2026, 11, 21, 0), changes: []),
        Case(testDescription: "without a schedule", attended: [], after: Zone.utc(2026, 11, 21, 0), changes: []),
        Case(
            testDescription: "a beginning in the skipped hour comes with the hour after it", zone: .berlin,
            attended: [attendance(.sunday, 150, 210)], after: Zone.utc(2026, 3, 28, 0),
            changes: ["2026-03-29T01:00", "2026-03-29T01:30", "2026-04-05T00:30"]),
        Case(
            testDescription: "all of it in the skipped hour is not at all", zone: .berlin,
            attended: [attendance(.sunday, 130, 170)], after: Zone.utc(2026, 3, 28, 0),
            changes: ["2026-04-05T00:10", "2026-04-05T00:50"]),
        Case(
            testDescription: "an end in the skipped hour comes with the jump", zone: .berlin,
            attended: [attendance(.sunday, 60, 150)], after: Zone.utc(2026, 3, 28, 0),
            changes: ["2026-03-29T00:00", "2026-03-29T01:00"]),
        Case(
            testDescription: "all of it in the repeated hour comes twice", zone: .berlin,
            attended: [attendance(.sunday, 130, 170)], after: Zone.utc(2026, 10, 24, 0),
            changes: [
                "2026-10-25T00:10", "2026-10-25T00:50", "2026-10-25T01:10", "2026-10-25T01:50", "2026-11-01T01:10",
            ]),
        Case(
            testDescription: "a day of 25 hours ends in time", zone: .berlin,
            attended: [attendance(.sunday, 0, 1440)], after: Zone.utc(2026, 10, 24, 0),
            changes: ["2026-10-24T22:00", "2026-10-25T23:00"]),
        Case(
            testDescription: "a midnight that is skipped", zone: .santiago, attended: [attendance(.sunday, 0, 120)],
            after: Zone.utc(2026, 9, 5, 0), changes: ["2026-09-06T04:00", "2026-09-06T05:00"]),
    ]

    static func attendance(_ day: Weekday, _ start: Int, _ end: Int) -> WeeklySchedule.Attendance {
        .init(day: day, minutes: start..<end)
    }

    @Test("is found in any zone", arguments: cases)
    func changes(item: Case) throws {
        let schedule = WeeklySchedule(attended: item.attended, closed: item.closed)
        var now = item.after
        for expected in item.changes {
            let before = schedule.isAttended(item.zone.civil(now))
            let next = schedule.nextChange(after: now, in: item.zone)
            let found = try #require(next)
            #expect(Zone.text(found) == expected)
            #expect(schedule.isAttended(item.zone.civil(found)) != before)
            now = found
        }
        if item.changes.isEmpty { #expect(schedule.nextChange(after: now, in: item.zone) == nil) }
    }

    @Test("is each minute at which somebody comes or goes, and none besides, through a year with daylight rules")
    func year() {
        let schedule = WeeklySchedule(
            attended: [
                Self.attendance(.tuesday, 510, 690), Self.attendance(.saturday, 1380, 1440),
                Self.attendance(.sunday, 0, 30), Self.attendance(.sunday, 125, 175),
            ],
            closed: [CivilDate(year: 2026, month: 6, day: 2)...CivilDate(year: 2026, month: 6, day: 6)])
        let zone = Zone.berlin
        var expected: [Int64] = []
        let start = Zone.utc(2026, 1, 1, 0).milliseconds
        var before = schedule.isAttended(zone.civil(WallTime(milliseconds: start)))
        for minute in 1...(365 * 1440) {
            let instant = start + Int64(minute) * 60_000
            let isAttended = schedule.isAttended(zone.civil(WallTime(milliseconds: instant)))
            if isAttended != before { expected.append(instant) }
            before = isAttended
        }
        var found: [Int64] = []
        var now = WallTime(milliseconds: start)
        while let next = schedule.nextChange(after: now, in: zone), found.count < expected.count {
            found.append(next.milliseconds)
            now = next
        }
        #expect(found == expected)
        #expect(expected.count > 250)
    }
}
