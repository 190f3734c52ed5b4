// SPDX-License-Identifier: Apache-2.0

/// One figure of a report, for a spreadsheet.
package struct ReportRow: Sendable, Hashable {
    /// Which part of the report.
    package var section: String
    /// What the figure is about: a category, a priority, a point, a device, an incident; empty: the whole booth.
    package var item: String
    package var measure: String
    package var value: String
}

extension BoothReport {
    /// Every figure of the report, in its order.
    package func rows(in language: Language) -> [ReportRow] {
        var rows = ReportRows(language: language)
        rows.addPeriod(of: self)
        rows.addCounts(of: self)
        rows.addOpen(of: self)
        for response in response { rows.add(response) }
        rows.add(mail)
        for point in availability { rows.add(point) }
        for fault in faults { rows.add(fault) }
        rows.add(outages)
        return rows.rows
    }
}

/// Gathers rows in one language.
private struct ReportRows {
    let language: Language
    var rows: [ReportRow] = []
    private var section = ""
    private var item = ""

    init(language: Language) {
        self.language = language
    }

    private func word(_ zh: String, _ en: String) -> String { language == .chinese ? zh : en }

    private mutating func begin(_ zh: String, _ en: String, _ item: String = "") {
        section = word(zh, en)
        self.item = item
    }

    private mutating func add(_ zh: String, _ en: String, _ value: String?) {
        rows.append(ReportRow(section: section, item: item, measure: word(zh, en), value: value ?? ""))
    }

    private mutating func add(_ zh: String, _ en: String, _ value: some BinaryInteger) { add(zh, en, "\(value)") }

    private mutating func add(_ zh: String, _ en: String, _ value: Bool) {
        add(zh, en, value ? word("是", "yes") : word("否", "no"))
    }

    /// Adds median, 95th percentile, and the number of unmeasured cases.
    private mutating func add(_ zh: String, _ en: String, _ spans: BoothReport.Spans) {
        add(zh + "中位数(秒)", en + " p50 (s)", spans.p50Seconds.map { "\($0)" })
        add(zh + "95分位(秒)", en + " p95 (s)", spans.p95Seconds.map { "\($0)" })
        add(zh + "无法计时", en + " unmeasured", spans.unmeasured)
    }

    mutating func addPeriod(of report: BoothReport) {
        begin("周期", "period")
        add("类别", "kind", kind(report.period.kind))
        add("起始日期", "first date", report.period.first)
        add("截止日期", "last date", report.period.last)
        add("统计至", "until", report.until)
        add("完整", "complete", report.isComplete)
        add("历史起自", "history from", report.historyFrom)
        add("超出统计上限", "capped", report.isCapped)
    }

    private func kind(_ kind: ReportPeriod.Kind) -> String {
        switch kind {
        case .day: word("日", "day")
        case .week: word("周", "week")
        case .month: word("月", "month")
        }
    }

    mutating func addCounts(of report: BoothReport) {
        begin("事件", "incidents")
        add("发生", "raised", report.raised)
        add("其中时间不明", "of these undated", report.undated)
        add("重复", "repeats", report.repeats)
        add("测试", "tests", report.tests)
        for row in report.categories {
            begin("类别", "category", row.category.name.text(in: language))
            add("发生", "raised", row.raised)
            add("重复", "repeats", row.repeats)
            add("测试", "tests", row.tests)
        }
        begin("办结", "closed")
        add("合计", "total", report.closed.total)
        add("现场办结", "at the booth", report.closed.locally)
        add("用时", "duration", report.closed.duration)
        for outcome in report.closed.outcomes {
            begin("处置结果", "outcome", outcome.outcome)
            add("件数", "incidents", outcome.count)
        }
        begin("处置结果", "outcome")
        add("其他", "others", report.closed.otherOutcomes)
    }

    mutating func addOpen(of report: BoothReport) {
        begin("未办结", "open")
        add("合计", "total", report.open.total)
        add("最早发生", "oldest", report.open.oldest)
        for row in report.open.byPriority {
            begin("未办结", "open", priority(row.priority))
            add("件数", "incidents", row.count)
        }
        for incident in report.openItems {
            begin("未办结事件", "open incident", "\(incident.incident)")
            add("类别", "category", incident.category.name.text(in: language))
            add("级别", "priority", incident.priority.rawValue)
            add("来源", "from", incident.point?.rawValue ?? incident.device?.rawValue)
            add("次数", "count", incident.count)
            add("发生", "opened", incident.opened)
            add("状态", "state", incident.state.name.text(in: language))
            add("已恢复", "restored", incident.restored)
            let tickets = incident.tickets.map { "\($0.target) \($0.ticket ?? $0.delivery.name.text(in: language))" }
            add("工单", "tickets", tickets.joined(separator: "; "))
        }
    }

    private func priority(_ priority: Priority) -> String {
        word("\(priority.rawValue) 级", "priority \(priority.rawValue)")
    }

    mutating func add(_ response: BoothReport.Response) {
        begin("响应", "response", response.priority.map(priority) ?? word("全部", "all"))
        add("发生", "raised", response.raised)
        add("60秒内受理", "accepted within 60 s", response.within60)
        add("60至180秒受理", "accepted within 180 s", response.within180)
        add("180至300秒受理", "accepted within 300 s", response.within300)
        add("300秒后受理", "accepted later", response.later)
        add("未受理", "never accepted", response.never)
        add("超过1分钟", "missed 1 min", response.missed60)
        add("超过3分钟", "missed 3 min", response.missed180)
        add("超过5分钟", "missed 5 min", response.missed300)
        add("受理用时", "acceptance", response.duration)
        add("逐级上报", "escalations", response.escalations)
        add("转交", "handovers", response.handovers)
    }

    mutating func add(_ mail: BoothReport.MailFigures) {
        begin("信件", "mail")
        add("投信", "letters", mail.letters)
        add("取信", "collected", mail.collected)
        add("待取", "waiting", mail.waiting)
        add("待取自", "waiting since", mail.waitingSince)
        add("逾期", "overdue", mail.overdue)
        add("开箱检查", "checks", mail.checks)
        add("检查日期", "check days", mail.checkDays.joined(separator: " "))
        add("上次检查", "last check", mail.lastCheck)
        add("距上次检查(天)", "days since the check", mail.daysSinceCheck.map(String.init))
        add("应检查周数", "weeks", mail.weeks)
        add("已检查周数", "weeks checked", mail.weeksChecked)
        add("取信用时", "collection", mail.collection)
        add("反馈用时", "feedback", mail.feedback)
    }

    mutating func add(_ point: BoothReport.Availability) {
        begin("可用率", "availability", point.point.rawValue)
        add("周期(秒)", "period (s)", point.periodSeconds)
        add("监视(秒)", "watched (s)", point.watchedSeconds)
        add("比率", "ratio", point.ratio.map { "\($0)" })
    }

    mutating func add(_ fault: BoothReport.Fault) {
        begin("故障", "fault", fault.device.rawValue)
        add("类别", "category", fault.category.name.text(in: language))
        add("次数", "count", fault.count)
        add("时长(秒)", "seconds", fault.seconds)
        add("仍未恢复", "stands", fault.stands)
        add("时间不明", "undated", fault.undated)
    }

    mutating func add(_ outages: BoothReport.Outages) {
        begin("停机", "outages")
        add("次数", "count", outages.count)
        add("时长(秒)", "seconds", outages.seconds)
    }
}
