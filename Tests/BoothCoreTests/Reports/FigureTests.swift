// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import TestSupport
import Testing

@testable import BoothCore

@Suite("Figures of a report")
struct FigureTests {
    private func report(
        _ incidents: [Incident], outages: [BoothMemory.Outage] = [], day: (month: Int, day: Int) = (11, 20),
        now: Moment? = nil, points: [WatchedPoint] = Made.points, checks: [WallTime] = [],
        historyFrom: WallTime? = nil, chain: ChainHead? = nil
    ) -> BoothReport {
        _ = TestZone.isSet
        let date = CivilDate(year: 2026, month: day.month, day: day.day)
        let source = ReportSource(
            incidents: incidents, checks: checks, points: points, outages: outages,
            historyFrom: historyFrom, chain: chain, now: now ?? Made.moment(Made.at(12, 1, 10)))
        return BoothReport(ReportPeriod(.day, containing: date), of: source)
    }

    static let ranks: [(count: Int, p50: Double?, p95: Double?)] = [
        (0, nil, nil), (1, 1, 1), (2, 1, 2), (3, 2, 3), (20, 10, 19), (21, 11, 20), (100, 50, 95),
    ]

    @Test("Ranks of 1, 2, 3, … seconds", arguments: ranks)
    func nearestRank(count: Int, p50: Double?, p95: Double?) {
        var cases = Cases()
        for span in (0..<count).reversed().map({ Duration.seconds($0 + 1) }) + [nil] { cases.add(span) }
        let spans = cases.spans
        #expect(spans.p50Seconds == p50)
        #expect(spans.p95Seconds == p95)
        #expect(spans.count == count)
        #expect(spans.unmeasured == 1)
    }

    @Test("Nothing happened")
    func empty() {
        let report = report([])
        #expect(report.raised == 0)
        #expect(report.categories.isEmpty)
        #expect(report.response.map(\.raised) == [0])
        #expect(report.response.first?.duration.p50Seconds == nil)
        #expect(report.open == BoothReport.Open(total: 0, byPriority: [], oldest: nil))
        #expect(report.availability.map(\.ratio) == [1, 1, 1])
        #expect(report.mail.lastCheck == nil)
    }

    @Test("Faults that overlap are counted once, and those open at either end up to it")
    func unions() {
        let report = report(
            [
                Made.fault(of: "modbus:cabinet", Made.at(11, 19, 20), Made.at(11, 20, 1)),
                Made.fault(of: "modbus:cabinet/1", Made.at(11, 20, 0, 30), Made.at(11, 20, 2)),
                Made.fault(of: "modbus:cabinet", Made.at(11, 20, 23), nil),
                Made.fault(of: "storage", Made.at(11, 20, 5), Made.at(11, 20, 6)),
            ], outages: [.init(from: Made.at(11, 20, 23, 30), to: Made.at(11, 21, 1))])
        // 2 h at the start, 1 h at the end, of which the last half without an agent.
        let door = report.availability.first { $0.point == "room-door" }
        #expect(door?.watchedSeconds == 75_600)
        #expect(door?.ratio == 0.875)
        let button = report.availability.first { $0.point == "help-1" }
        #expect(button?.watchedSeconds == 84_600)
        let bus = report.faults.first { $0.device == "modbus:cabinet" }
        #expect(bus?.count == 2)
        #expect(bus?.seconds == 7_200)
        #expect(bus?.stands == true)
        #expect(report.outages == BoothReport.Outages(count: 1, seconds: 1800))
    }

    @Test("An outage is known from a sign of life that a late journal told of")
    func lateSign() {
        var runs = RunLog(BoothMemory(), started: Made.moment(Made.at(11, 20, 5)).boot)
        var memory = BoothMemory()
        runs.sign(&memory, at: Made.moment(Made.at(11, 20, 5, 1)))
        #expect(memory.outages.isEmpty)
        var old = BoothMemory()
        old.alive = Made.stamp(Made.at(11, 20, 4))
        runs.recall(old)
        runs.sign(&memory, at: Made.moment(Made.at(11, 20, 6)))
        #expect(memory.outages == [.init(from: Made.at(11, 20, 4), to: Made.at(11, 20, 5))])
    }

    @Test("A point is watched from its first reading on")
    func firstSeen() {
        var point = Made.points[0]
        point.firstSeen = Made.stamp(Made.at(11, 20, 18))
        let figures = report([], points: [point]).availability
        #expect(figures.first?.periodSeconds == 21_600)
        #expect(figures.first?.ratio == 1)
        point.firstSeen = Made.stamp(Made.at(11, 25))
        #expect(report([], points: [point]).availability.first?.ratio == nil)
    }

    @Test("A day of which a lost or thinned journal knows 206 s is not complete, and says from when on it is known")
    func lostHistory() {
        let beginning = Made.at(11, 20, 23, 56, 34)
        let day = report([Made.help(at: Made.at(11, 20, 23, 58))], historyFrom: beginning)
        #expect(!day.isComplete && day.until == day.period.to)
        #expect(day.historyFrom == "2026-11-20T23:56:34.000+08:00")
        #expect(day.raised == 1)
        #expect(day.availability.map(\.periodSeconds) == [206, 206, 206])
        // Of a day before all history nothing is known, and nothing is said to have been watched.
        let before = report([], day: (11, 19), historyFrom: beginning)
        #expect(!before.isComplete && before.availability.allSatisfy { $0.ratio == nil })
        // A history that reaches far enough is not spoken of.
        let after = report([], day: (11, 21), historyFrom: beginning)
        #expect(after.isComplete && after.historyFrom == nil)
        #expect(report([], historyFrom: Made.at(11, 20)).isComplete)
    }

    @Test("The head of the chain is in the report that is told, and only there")
    func chain() throws {
        let chain = ChainHead(head: String(repeating: "0a", count: 32), events: 41)
        let told = String(decoding: try JSONEncoder().encode(report([], chain: chain)), as: UTF8.self)
        let member = try #require(JSONText.member("chain", of: told))
        #expect(JSONText.member("head", of: member) == "\"\(chain.head)\"")
        #expect(JSONText.member("events", of: member) == "41")
        let shown = String(decoding: try JSONEncoder().encode(report([])), as: UTF8.self)
        #expect(JSONText.member("chain", of: shown) == nil && JSONText.member("history_from", of: shown) == nil)
    }

    @Test("A ratio is cut: 1 is all of it")
    func ratio() {
        let figures = report([], outages: [.init(from: Made.at(11, 20, 5), to: Made.at(11, 20, 5, 0, 1))]).availability
        #expect(figures.first?.watchedSeconds == 86_399)
        #expect(figures.first?.ratio == 0.9999)
    }

    @Test("What cannot be dated is told apart, in one day, and adds up")
    func undated() {
        var lost = Made.help(at: Made.at(11, 20, 3))
        lost.opened = Made.stamp(Made.at(11, 20, 3), clock: .unsynced, boot: "another")
        lost.latest = lost.opened
        let day = report([lost, Made.help(at: Made.at(11, 20, 4))])
        #expect(day.raised == 2)
        #expect(day.undated == 1)
        #expect(day.openItems.map(\.opened) == [nil, "2026-11-20T04:00:00.000+08:00"])
        #expect(report([lost], day: (11, 21)).raised == 0)
    }

    @Test("Another stamp of the same boot dates one that has no time")
    func sibling() {
        var late = Made.help(at: Made.at(11, 20, 3)).accepted(after: 30)
        late.opened.time = nil
        late.latest = late.opened
        #expect(report([late]).undated == 0)
        #expect(report([late]).openItems.first?.opened == "2026-11-20T03:00:00.000+08:00")
    }

    @Test("A time that is still to come was never right")
    func future() {
        var jumped = Made.help(at: Made.at(11, 20, 3))
        jumped.opened.time = "2082-01-01T00:00:00.000+08:00"
        jumped.latest = jumped.opened
        let report = report([jumped])
        #expect(report.raised == 1)
        #expect(report.openItems.first?.opened == "2026-11-20T03:00:00.000+08:00")
    }

    @Test("Open at the end, though closed by now; and not open that was closed before it")
    func ends() {
        let incidents = [
            Made.help(at: Made.at(11, 19, 8)).closed(Made.at(11, 20, 0), "done"),
            Made.help(at: Made.at(11, 19, 9)).closed(Made.at(11, 21, 0), "done"),
            Made.help(at: Made.at(11, 19, 10)).closed(Made.at(11, 19, 23), "done"),
            Made.help(at: Made.at(11, 21, 0)),
        ]
        let report = report(incidents)
        #expect(report.raised == 0)
        #expect(report.closed.total == 1)
        #expect(report.open.total == 1)
        #expect(report.openItems.map(\.incident) == [Made.id(Made.at(11, 19, 9))])
    }

    @Test("What happened while the history was read is not of the day before")
    func meanwhile() {
        let now = Made.moment(Made.at(11, 21, 0, 5))
        var incident = Made.help(at: Made.at(11, 21, 0, 6))
        #expect(report([incident], now: now).raised == 0)
        incident = Made.help(at: Made.at(11, 20, 23)).closed(Made.at(11, 21, 0, 6), "done")
        #expect(report([incident], now: now).closed.total == 0)
        #expect(report([incident], now: now).open.total == 1)
    }

    @Test("A time of more than 49 days is a case like any other")
    func longTimes() {
        var cases = Cases()
        for span in [Duration.seconds(86_400 * 60), .seconds(1), .seconds(86_400 * 50)] { cases.add(span) }
        #expect(cases.spans.p50Seconds == 4_320_000.0)
        #expect(cases.spans.p95Seconds == 5_184_000.0)
    }

    @Test("Misses count only once their time has passed")
    func misses() {
        let now = Made.moment(Made.at(11, 20, 8, 2))
        let response = report([Made.help(at: Made.at(11, 20, 8))], now: now).response[0]
        #expect([response.missed60, response.missed180, response.missed300] == [1, 0, 0])
        #expect(response.never == 1)
    }

    @Test("An outcome that was written once is not repeated")
    func outcomes() {
        let times = [8, 9, 10].map { Made.at(11, 20, $0) }
        let incidents = zip(times, ["done", "done", "张三已接走"]).map { Made.help(at: $0).closed($0, $1) }
        let closed = report(incidents).closed
        #expect(closed.outcomes == [BoothReport.Outcome(outcome: "done", count: 2)])
        #expect(closed.otherOutcomes == 1)
    }

    static let fields = [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""), ("=1+1", "'=1+1"),
        ("+86", "'+86"), ("-1", "'-1"), ("@x", "'@x"), ("＝1", "'＝1"), ("=\"a\"", "\"'=\"\"a\"\"\""),
        ("two\r\nlines", "\"two\r\nlines\""), ("", ""),
    ]

    @Test("Fields of a spreadsheet", arguments: fields)
    func field(text: String, expected: String) {
        #expect(CSV.field(text) == expected)
    }

    @Test("Ten thousand incidents are within a second")
    func many() {
        let start = Made.at(11, 20)
        let incidents = (0..<10_000).map { index in
            Made.help(at: WallTime(milliseconds: start.milliseconds + Int64(index) * 8000)).accepted(after: 5)
        }
        let clock = ContinuousClock()
        var made: BoothReport?
        let took = clock.measure { made = report(incidents) }
        #expect(made?.raised == 10_000)
        #expect(made?.openItems.count == 500)
        #expect(took < .seconds(10))
        print("10,000 incidents: \(took)")
    }
}
