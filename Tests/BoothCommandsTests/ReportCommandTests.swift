// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import FoundationEssentials
import Testing

@testable import BoothCommands

@Suite("boothctl report")
struct ReportCommandTests {
    /// A report that the reports' own tests hold.
    private func made(_ name: String) throws -> BoothReport {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = try Data(contentsOf: tests.appending(path: "BoothCoreTests/Reports/Golden/\(name).json"))
        return try JSONDecoder().decode(BoothReport.self, from: text)
    }

    private func bench(_ report: BoothReport) throws -> CommandBench {
        try CommandBench { $1.answer(.report(report)) }
    }

    @Test(
        "figures that no agent gives are shown as far as they can be, and stop nothing",
        arguments: ["--month", "--csv"])
    func absurdFigures(form: String) throws {
        var report = try made("month")
        report.availability[0].periodSeconds = .min
        report.availability[0].watchedSeconds = .max
        report.availability[0].ratio = -1e300
        report.faults[0].count = .max
        report.faults[0].undated = .max
        report.faults[0].seconds = .min
        report.outages.seconds = .max
        report.closed.duration.p50Seconds = 1e300
        report.closed.duration.p95Seconds = -1e300
        #expect(try bench(report).run("report", form).code == .done)
    }

    @Test("A month on one screen, in Chinese")
    func month() throws {
        let outcome = try bench(made("month")).run("--lang", "zh", "report", "--month")
        #expect(outcome.code == .done && outcome.errors == "")
        #expect(
            outcome.output == """
                月报 2026-11-01 至 2026-11-30

                事件       发生 11 起，重复 52 次，测试 1 起；1 起时间不明
                  类别    发生  重复  测试
                  求助       6    49     1
                  闯入       1     0     0
                  信件       2     3     0
                  传感器     2     0     0

                受理  发生  1分内  1–3分  3–5分  更晚  未受理  不明    中位  95分位  逐级上报  转交
                全部    11      4      1      1     1       4     0  1 分钟  5 分钟         0     0
                1 级     6      2      1      1     1       1     0  1 分钟  5 分钟         0     0
                2 级     1      0      0      0     0       1     0       –       –         0     0
                3 级     2      0      0      0     0       2     0       –       –         0     0
                4 级     2      2      0      0     0       0     0  2.0 秒  2.0 秒         0     0

                办结       5 起，其中现场 1 起；用时中位 2 小时 0 分，95分位 1 天 21 小时
                  2 × 已处置
                  3 × 其他结果

                未办结     7 起，最早 2026-10-31 23:00:00
                  事件                                  发生                 类别    来源              级  次数  状态            工单
                  01a1a901-5800-7000-8000-000000000007  2026-11-05 08:00:00  求助    help-1             1     1  已受理          police @JQ-5
                  01a22d2e-51a0-7000-8000-000000000007  2026-11-30 23:59:00  求助    help-1             1     1  已发生          police 待发
                  01a1db6e-4780-7000-8000-000000000007  –                    闯入    room-door          2     1  已发生          police 待发
                  01a19279-8580-7000-8000-000000000007  2026-10-31 23:00:00  传感器  gpio:booth-io      3     1  已发生、已恢复  police 待发
                  01a1f640-bc00-7000-8000-000000000007  2026-11-20 08:00:00  传感器  modbus:cabinet/1   3     1  已发生、已恢复  police 待发
                  01a1f677-aa80-7000-8000-000000000007  2026-11-20 09:00:00  传感器  modbus:cabinet     3     1  已发生、已恢复  police 待发
                  01a210dc-4200-7000-8000-000000000007  2026-11-25 12:00:00  信件    mail-slot          4     2  已受理          grid 已受理

                信箱       投信 5，取走 3，待取 2（自 2026-11-25 12:00:00）；取信用时中位 21 小时 0 分，95分位 21 小时 0 分；办结用时中位 1 天 0 小时，95分位 1 天 0 小时
                检查       开箱 5 次；应查 5 周，已查 4 周；上次 2026-11-24 10:00:00

                可用率     0 个点位 100%，3 个不足：
                  点位       类型          %  缺
                  room-door  室门      99.30  5 小时 0 分
                  help-1     求助按钮  99.72  2 小时 0 分
                  mail-slot  投信口    99.86  1 小时 0 分

                停机       1 次，共 1 小时 0 分
                故障
                  设备              类别    次数  时长
                  gpio:booth-io     传感器     1  1 小时 0 分
                  modbus:cabinet    传感器     1  3 小时 0 分
                  modbus:cabinet/1  传感器     1  2 小时 0 分

                """)
    }

    @Test("A day on one screen, in English")
    func day() throws {
        let outcome = try bench(made("day")).run("report")
        #expect(outcome.code == .done && outcome.errors == "")
        #expect(
            outcome.output == """
                Day 2026-11-20

                Incidents  2 raised, 0 repeats, 0 tests
                  CATEGORY  RAISED  REPEATS  TESTS
                  sensor         2        0      0

                ACCEPTED    RAISED  1 MIN  1–3 MIN  3–5 MIN  LATER  NEVER  UNKNOWN  P50  P95  ESCALATED  HANDED ON
                all              2      0        0        0      0      2        0    –    –          0          0
                priority 3       2      0        0        0      0      2        0    –    –          0          0

                Closed     0

                Open       5, oldest 2026-10-31 23:00:00
                  INCIDENT                              OPENED               CATEGORY   FROM              PRI  COUNT  STATE             TICKETS
                  01a1a901-5800-7000-8000-000000000007  2026-11-05 08:00:00  help       help-1              1      1  accepted          police @JQ-5
                  01a1db6e-4780-7000-8000-000000000007  –                    intrusion  room-door           2      1  raised            police queued
                  01a19279-8580-7000-8000-000000000007  2026-10-31 23:00:00  sensor     gpio:booth-io       3      1  raised, restored  police queued
                  01a1f640-bc00-7000-8000-000000000007  2026-11-20 08:00:00  sensor     modbus:cabinet/1    3      1  raised, restored  police queued
                  01a1f677-aa80-7000-8000-000000000007  2026-11-20 09:00:00  sensor     modbus:cabinet      3      1  raised, restored  police queued

                Letter box 0 letters, 0 collected, 2 waiting (since 2026-11-25 12:00:00)
                Checks     opened 0 times; last on 2026-11-12 09:00:00

                Watched    2 points at 100%, 1 below:
                  POINT      KIND           %  MISSED
                  room-door  room-door  83.33  4 h 0 min

                Outages    none
                Faults
                  DEVICE            CATEGORY  COUNT  LASTED
                  modbus:cabinet    sensor        1  3 h 0 min
                  modbus:cabinet/1  sensor        1  2 h 0 min

                """)
    }

    @Test("A day to come, and one with more than fits, say so")
    func exceptions() throws {
        var report = try made("day")
        report.until = report.period.from
        report.isComplete = false
        #expect(try bench(report).run("--lang", "zh", "report").output.hasPrefix("日报 2026-11-20（尚未开始）\n\n"))
        report.until = "2026-11-20T12:00:00.000+08:00"
        report.isCapped = true
        let text = try bench(report).run("report").output
        #expect(
            text.hasPrefix("Day 2026-11-20 (until 2026-11-20 12:00:00)\ntoo many incidents: the figures are too low\n"))
    }

    @Test("A day that begins before the history that is kept says so, in both languages")
    func forgotten() throws {
        var report = try made("day")
        report.isComplete = false
        report.historyFrom = "2026-11-20T12:00:00.000+08:00"
        #expect(
            try bench(report).run("--lang", "zh", "report").output
                .hasPrefix("日报 2026-11-20\n历史只保留自 2026-11-20 12:00:00，此前的不计在内\n\n"))
        #expect(
            try bench(report).run("report").output.hasPrefix(
                "Day 2026-11-20\nhistory is kept since 2026-11-20 12:00:00: nothing before it is counted\n\n"))
    }

    @Test("Of many points that were not watched all the time the ten worst are shown")
    func manyPoints() throws {
        var report = try made("day")
        report.availability = (0..<12).map { number in
            BoothReport.Availability(
                point: PointID(rawValue: "p\(number)"), kind: .contact, periodSeconds: 100,
                watchedSeconds: number == 7 ? 10 : 90)
        }
        let lines = try bench(report).run("report").output.split(separator: "\n")
        let heading = try #require(lines.firstIndex { $0.hasPrefix("Watched ") })
        #expect(lines[heading] == "Watched    0 points at 100%, 12 below:")
        #expect(lines[heading + 2] == "  p7     contact  10.00  1 min" && lines[heading + 3].hasPrefix("  p0 "))
        #expect(lines[heading + 12] == "  2 others: see --csv")
    }

    @Test("For programs it is the agent's own report, and every figure is in the list for spreadsheets")
    func others() throws {
        let report = try made("day")
        let json = try bench(report).run("report", "--json").output
        #expect(try JSONDecoder().decode(BoothReport.self, from: Data(json.utf8)) == report)
        let csv = try bench(report).run("--lang", "zh", "report", "--csv").output
        #expect(csv.hasPrefix("\u{FEFF}部分,对象,指标,值\r\n"))
    }
}
