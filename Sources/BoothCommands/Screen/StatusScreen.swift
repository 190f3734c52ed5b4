// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

extension Screens {
    /// The whole booth on one screen.
    func status(_ status: StatusReply) -> String {
        var text = "\(status.booth) \(status.name) · boothd \(status.version)".printable + "\n"
        text += service(status) + "\n"
        for reason in status.reasons { text += "  - \(reason.text(in: words.language).printable)\n" }
        if !status.hints.isEmpty { text += words("提示：", "hints:") + "\n" }
        for hint in status.hints { text += "  - \(hint.text(in: words.language).printable)\n" }
        text += "\n"
        text += row("运行", "Running", words.span(seconds: status.uptimeSeconds))
        text += row("时钟", "Clock", words.name(status.clock.state))
        if let attendance = status.attendance { text += row("值守", "Attended", words.attendance(attendance)) }
        text += row("存储", "Storage", storage(status.storage))
        if let history = history(status.storage) { text += row("历史", "History", history) }
        text += row("未办结", "Open", words("\(status.open) 起", "\(status.open)"))
        text += "\n" + words("点位", "Points") + "\n" + points(status.points, indent: 2)
        text += "\n" + words("平台", "Targets") + "\n" + targets(status.targets, indent: 2)
        return text
    }

    private func service(_ status: StatusReply) -> String {
        switch status.state {
        case .starting: words("正在启动，尚未在用", "starting, not in service yet")
        case .inService: words("在用", "in service")
        case .degraded where status.inService: words("在用，但有故障：", "in service, degraded:")
        case .degraded: words("不在用：", "not in service:")
        }
    }

    private func storage(_ storage: StatusReply.Storage) -> String {
        let used = words(
            "\(words.size(storage.bytes))，上限 \(words.size(storage.limit))",
            "\(words.size(storage.bytes)) of \(words.size(storage.limit))")
        return words.name(storage.state) + words("，", ", ") + used
    }

    /// How far back the history goes, and how long there is room; nil if nothing is kept yet.
    private func history(_ storage: StatusReply.Storage) -> String? {
        guard let from = storage.historyFrom else { return nil }
        let begin = words("自 \(words.time(from))", "from \(words.time(from))")
        guard let days = storage.daysLeft else { return begin }
        return begin + words("，按目前速度还可存 \(days) 天", ", room for \(days.counted("day")) more at today's rate")
    }

    func row(_ zh: String, _ en: String, _ value: String) -> String {
        words(zh, en).padded(to: 9) + value + "\n"
    }
}
