// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension Screens {
    /// A report on one screen, for a station to read aloud. `--csv` and `--json` have every figure.
    func report(_ report: BoothReport) -> String {
        let parts = [
            heading(of: report), counts(of: report), response(of: report), closed(in: report), open(in: report),
            mail(report.mail), availability(of: report.availability), faults(of: report),
        ]
        return parts.joined(separator: "\n")
    }

    private func heading(of report: BoothReport) -> String {
        let period = report.period
        let name =
            switch period.kind {
            case .day: words("日报", "Day")
            case .week: words("周报", "Week")
            case .month: words("月报", "Month")
            }
        let dates =
            period.first == period.last
            ? period.first : words("\(period.first) 至 ", "\(period.first) to ") + period.last
        var text = "\(name) \(dates)"
        if report.until == period.from {
            text += words("（尚未开始）", " (not begun yet)")
        } else if report.until != period.to {
            text += words("（截至 \(words.time(report.until))）", " (until \(words.time(report.until)))")
        }
        text = text.printable + "\n"
        if let start = report.historyFrom.map({ words.time($0) }) {
            text += words("历史只保留自 \(start)，此前的不计在内\n", "history is kept since \(start): nothing before it is counted\n")
        }
        if report.isCapped { text += words("事件太多，以下数字偏低\n", "too many incidents: the figures are too low\n") }
        return text
    }

    private func counts(of report: BoothReport) -> String {
        var text = line(
            "事件", "Incidents",
            words(
                "发生 \(report.raised) 起，重复 \(report.repeats) 次，测试 \(report.tests) 起",
                "\(report.raised) raised, \(report.repeats.counted("repeat")), \(report.tests.counted("test"))")
                + (report.undated == 0 ? "" : words("；\(report.undated) 起时间不明", "; \(report.undated) undated")))
        guard !report.categories.isEmpty else { return text }
        var table = Table(
            [words("类别", "CATEGORY"), words("发生", "RAISED"), words("重复", "REPEATS"), words("测试", "TESTS")],
            numbers: [1, 2, 3])
        for row in report.categories {
            table.add([words.name(row.category), String(row.raised), String(row.repeats), String(row.tests)])
        }
        text += table.text(indent: 2)
        return text
    }

    /// The response times. Each incident counts in one column, from the first minute to "not measured".
    private func response(of report: BoothReport) -> String {
        let rows = report.response.filter { $0.raised > 0 }
        guard !rows.isEmpty else { return line("受理", "Accepted", words("没有要受理的", "nothing to accept")) }
        var table = Table(
            [
                words("受理", "ACCEPTED"), words("发生", "RAISED"), words("1分内", "1 MIN"), words("1–3分", "1–3 MIN"),
                words("3–5分", "3–5 MIN"), words("更晚", "LATER"), words("未受理", "NEVER"), words("不明", "UNKNOWN"),
                words("中位", "P50"), words("95分位", "P95"), words("逐级上报", "ESCALATED"), words("转交", "HANDED ON"),
            ], numbers: Set(1...11))
        for row in rows {
            let counts = [
                row.raised, row.within60, row.within180, row.within300, row.later, row.never, row.unmeasured,
            ]
            table.add(
                [row.priority.map(name(of:)) ?? words("全部", "all")] + counts.map(String.init)
                    + [words.exactSpan(row.duration.p50Seconds), words.exactSpan(row.duration.p95Seconds)]
                    + [String(row.escalations), String(row.handovers)])
        }
        return table.text()
    }

    private func name(of priority: Priority) -> String {
        words("\(priority.rawValue) 级", "priority \(priority.rawValue)")
    }

    private func closed(in report: BoothReport) -> String {
        let closed = report.closed
        guard closed.total > 0 else { return line("办结", "Closed", words("0 起", "0")) }
        var text = line(
            "办结", "Closed",
            words("\(closed.total) 起，其中现场 \(closed.locally) 起", "\(closed.total), \(closed.locally) at the booth")
                + span("用时", "took", closed.duration))
        for outcome in closed.outcomes { text += "  \(outcome.count) × \(outcome.outcome)".printable + "\n" }
        if !closed.outcomes.isEmpty, closed.otherOutcomes > 0 {
            text += words("  \(closed.otherOutcomes) × 其他结果\n", "  \(closed.otherOutcomes) × other outcomes\n")
        }
        return text
    }

    private func open(in report: BoothReport) -> String {
        let oldest = report.open.oldest.map { words("，最早 ", ", oldest ") + words.time($0) } ?? ""
        let text = line("未办结", "Open", words("\(report.open.total) 起", "\(report.open.total)") + oldest)
        guard !report.openItems.isEmpty else { return text }
        var table = Table(
            [
                words("事件", "INCIDENT"), words("发生", "OPENED"), words("类别", "CATEGORY"), words("来源", "FROM"),
                words("级", "PRI"), words("次数", "COUNT"), words("状态", "STATE"), words("工单", "TICKETS"),
            ], numbers: [4, 5])
        for item in report.openItems {
            let state = words.name(item.state) + (item.restored ? words("、已恢复", ", restored") : "")
            let tickets = item.tickets.map { "\($0.target) \($0.ticket ?? words.name($0.delivery))" }
            table.add([
                item.incident.description, words.time(item.opened), words.name(item.category),
                item.point?.rawValue ?? item.device?.rawValue ?? "–", String(item.priority.rawValue),
                String(item.count), state, tickets.joined(separator: words("、", ", ")),
            ])
        }
        return text + table.text(indent: 2)
    }

    private func mail(_ mail: BoothReport.MailFigures) -> String {
        var letters = words(
            "投信 \(mail.letters)，取走 \(mail.collected)，待取 \(mail.waiting)",
            "\(mail.letters.counted("letter")), \(mail.collected) collected, \(mail.waiting) waiting")
        if let since = mail.waitingSince { letters += words("（自 ", " (since ") + words.time(since) + words("）", ")") }
        if mail.overdue > 0 { letters += words("，逾期 \(mail.overdue) 次", ", overdue \(mail.overdue.counted("time"))") }
        letters += span("取信用时", "collected after", mail.collection) + span("办结用时", "answered after", mail.feedback)
        var checks = words("开箱 \(mail.checks) 次", "opened \(mail.checks.counted("time"))")
        if mail.weeks > 0 {
            checks += words(
                "；应查 \(mail.weeks) 周，已查 \(mail.weeksChecked) 周",
                "; \(mail.weeksChecked) of \(mail.weeks.counted("week")) checked")
        }
        if let last = mail.lastCheck { checks += words("；上次 ", "; last on ") + words.time(last) }
        return line("信箱", "Letter box", letters) + line("检查", "Checks", checks)
    }

    /// The points with the lowest availability. Other points only give a number: when the agent was down, all were
    /// affected.
    private func availability(of points: [BoothReport.Availability]) -> String {
        let partly = points.filter { $0.ratio.map { $0 < 1 } ?? false }
        let wholly = points.count { $0.ratio == 1 }
        var text = line(
            "可用率", "Watched",
            words("\(wholly) 个点位 100%", "\(wholly.counted("point")) at 100%")
                + (partly.isEmpty ? "" : words("，\(partly.count) 个不足：", ", \(partly.count) below:")))
        guard !partly.isEmpty else { return text }
        var table = Table([words("点位", "POINT"), words("类型", "KIND"), "%", words("缺", "MISSED")], numbers: [2])
        // Equal ones stay in the order of the configuration.
        let worst = partly.enumerated().sorted {
            ($0.element.ratio ?? 1, $0.offset) < ($1.element.ratio ?? 1, $1.offset)
        }
        for point in worst.prefix(Self.mostPoints).map(\.element) {
            table.add([
                point.point.rawValue, words.name(point.kind), percent(point.ratio ?? 0),
                words.span(seconds: Int(point.periodSeconds.clampedDifference(point.watchedSeconds))),
            ])
        }
        text += table.text(indent: 2)
        let rest = partly.count - Self.mostPoints
        if rest > 0 { text += words("  其余 \(rest) 个见 --csv\n", "  \(rest.counted("other")): see --csv\n") }
        return text
    }

    private static let mostPoints = 10

    /// Two decimals, cut and not rounded, as the ratio is cut to four.
    private func percent(_ ratio: Double) -> String {
        let hundredths = Int(clamping: (ratio * 10_000).rounded())
        return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + String(hundredths % 100)
    }

    private func faults(of report: BoothReport) -> String {
        let outages = report.outages
        var text = line(
            "停机", "Outages",
            outages.count == 0
                ? words("无", "none")
                : words("\(outages.count) 次，共 ", outages.count.counted("time") + ", ")
                    + words.span(seconds: Int(outages.seconds)))
        guard !report.faults.isEmpty else { return text + line("故障", "Faults", words("无", "none")) }
        text += words("故障\n", "Faults\n")
        var table = Table(
            [words("设备", "DEVICE"), words("类别", "CATEGORY"), words("次数", "COUNT"), words("时长", "LASTED"), ""],
            numbers: [2])
        for fault in report.faults {
            table.add([
                fault.device.rawValue, words.name(fault.category), String(fault.count.clampedSum(fault.undated)),
                words.span(seconds: Int(fault.seconds)), fault.stands ? words("未恢复", "stands") : "",
            ])
        }
        text += table.text(indent: 2)
        return text
    }

    /// `; took 12.3 s (p95 5 min)`; empty if nothing was measured.
    private func span(_ zh: String, _ en: String, _ spans: BoothReport.Spans) -> String {
        guard spans.count > 0 else { return "" }
        let (half, most) = (words.exactSpan(spans.p50Seconds), words.exactSpan(spans.p95Seconds))
        return words("；\(zh)中位 \(half)，95分位 \(most)", "; \(en) \(half) (p95 \(most))")
    }
}
