// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("When the daily report is due")
struct DailyReportClockTests {
    private static let booth = Booth(
        code: "B0001", name: "丹东街道第三警务室", county: "330225", grid: "330225001002", address: "330225001002A0001",
        longitude: 121.87, latitude: 29.48)
    private let clock = DailyReportClock(Self.booth)

    private func date(_ month: Int, _ day: Int) -> CivilDate { CivilDate(year: 2026, month: month, day: day) }

    @Test("Booths of a county spread over the minute")
    func spread() {
        let offsets = (0..<6000).map { number in
            var booth = Self.booth
            booth.code = "B\(number)"
            return DailyReportClock(booth).offsetSeconds
        }
        let counts = Dictionary(grouping: offsets) { $0 }.mapValues(\.count)
        #expect(counts.keys.sorted() == Array(0..<60))
        #expect(counts.values.max() ?? 0 < 200)
        #expect(DailyReportClock(Self.booth).offsetSeconds == clock.offsetSeconds)
    }

    @Test("From 00:05 and the offset on, for the day before, once")
    func moments() {
        let early = Made.moment(Made.at(11, 20, 0, 4, 59))
        #expect(clock.due(at: early, reported: []) == nil)
        let due = Made.moment(WallTime(milliseconds: Made.at(11, 20, 0, 5, clock.offsetSeconds).milliseconds))
        #expect(clock.due(at: due, reported: []) == date(11, 19))
        #expect(clock.due(at: due, reported: [date(11, 19)]) == nil)
        #expect(clock.nextLook(after: early) == due.boot)
        // Missed at 00:05, made when the agent is back.
        #expect(clock.due(at: Made.moment(Made.at(11, 20, 17)), reported: [date(11, 17)]) == date(11, 19))
    }

    @Test("None while the clock is not trusted, and a look each hour")
    func untrusted() {
        let moment = Made.moment(Made.at(11, 20, 17), clock: .unsynced)
        #expect(clock.due(at: moment, reported: []) == nil)
        #expect(clock.nextLook(after: moment) - moment.boot == .seconds(3600))
    }

    @Test("A clock that goes back over midnight repeats nothing; one that was in 2082 is not silent after it")
    func jumps() {
        var memory = BoothMemory()
        memory.noteReport(on: date(11, 18))
        memory.noteReport(on: date(11, 19))
        // 00:06 on the 20th, then 23:06 on the 19th again.
        #expect(clock.due(at: Made.moment(Made.at(11, 19, 23, 6)), reported: memory.reported) == nil)
        memory.noteReport(on: CivilDate(year: 2082, month: 5, day: 1))
        #expect(clock.due(at: Made.moment(Made.at(11, 21, 6)), reported: memory.reported) == date(11, 20))
        for day in 1...12 { memory.noteReport(on: date(12, day)) }
        #expect(memory.reported == (5...12).map { date(12, $0) })
    }
}

@Suite("When no agent ran")
struct RunLogTests {
    private func signed(_ alive: Stamp?, started: WallTime, at moment: Moment) -> BoothMemory {
        var memory = BoothMemory()
        memory.alive = alive
        let boot = moment.boot + .milliseconds(started.milliseconds - moment.wallMilliseconds)
        var log = RunLog(memory, started: boot)
        log.sign(&memory, at: moment)
        return memory
    }

    @Test("From the last sign of life to the start, across boots and within one")
    func outages() {
        let (from, to) = (Made.at(11, 20, 3), Made.at(11, 20, 4))
        let outage = BoothMemory.Outage(from: from, to: to)
        let now = Made.moment(Made.at(11, 20, 4, 0, 5))
        #expect(signed(Made.stamp(from, boot: "another"), started: to, at: now).outages == [outage])
        #expect(signed(Made.stamp(from, clock: .unsynced), started: to, at: now).outages == [outage])
        #expect(signed(Made.stamp(from, clock: .unsynced, boot: "another"), started: to, at: now).outages.isEmpty)
        #expect(signed(nil, started: to, at: now).outages.isEmpty)
        #expect(signed(Made.stamp(from), started: to, at: now).alive == Stamp(now))
    }

    @Test("While the clock is not trusted the last sign of the run before stays, and counts once it is")
    func later() {
        let (from, to) = (Made.at(11, 20, 3), Made.at(11, 20, 4))
        let old = Made.stamp(from, boot: "another")
        var memory = BoothMemory()
        memory.alive = old
        var log = RunLog(memory, started: Made.moment(to).boot)
        log.sign(&memory, at: Made.moment(Made.at(11, 20, 4, 0, 1), clock: .unsynced))
        #expect(memory.alive == old)
        #expect(memory.outages.isEmpty)
        log.sign(&memory, at: Made.moment(Made.at(11, 20, 4, 10, 1)))
        #expect(memory.outages == [BoothMemory.Outage(from: from, to: to)])
        log.sign(&memory, at: Made.moment(Made.at(11, 20, 4, 20, 1)))
        #expect(memory.outages.count == 1)
    }

    @Test("A sign from a clock that was ahead tells nothing")
    func ahead() {
        let now = Made.moment(Made.at(11, 20, 4))
        #expect(
            signed(Made.stamp(Made.at(11, 25), boot: "another"), started: Made.at(11, 20, 4), at: now).outages.isEmpty)
    }
}
