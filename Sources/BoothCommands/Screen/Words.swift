// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// Words of the control interface in the technician's language.
struct Words {
    let language: Language

    func callAsFunction(_ zh: String, _ en: String) -> String { language == .chinese ? zh : en }

    /// A state or kind: its Chinese name if that is the language, otherwise the word itself.
    func name(_ word: some NamedWord) -> String { word.name.text(in: language) }

    /// A category, also one that a contact names.
    func name(_ category: Category) -> String { category.name.text(in: language) }

    /// The result of a task, `done` or `refused`.
    func taskResult(_ result: String) -> String {
        switch result {
        case "done": self("已执行", "done")
        case "refused": self("已拒绝", "refused")
        default: result
        }
    }

    /// `23 ms`, `12.3 s`, longer ones as in `span(seconds:)`; a dash for nil.
    func exactSpan(_ seconds: Double?) -> String {
        guard let seconds else { return "–" }
        if seconds < 1 { return self("\(Int(clamping: seconds * 1000)) 毫秒", "\(Int(clamping: seconds * 1000)) ms") }
        if seconds >= 60 { return span(seconds: Int(clamping: seconds)) }
        let tenths = Int(clamping: seconds * 10)
        return self("\(tenths / 10).\(tenths % 10) 秒", "\(tenths / 10).\(tenths % 10) s")
    }

    /// `2026-11-21 08:15:30` for an RFC 3339 time; a dash for nil.
    func time(_ rfc3339: String?) -> String {
        guard let rfc3339, rfc3339.utf8.count >= 19 else { return "–" }
        return rfc3339.prefix(10) + " " + rfc3339.dropFirst(11).prefix(8)
    }

    /// `2026-11-21 17:00:00 +08:00`, for when the reader may be in another zone.
    func zonedTime(_ rfc3339: String) -> String { time(rfc3339) + " " + rfc3339.suffix(6) }

    /// Whether somebody is in, why the agent thinks so, and until when.
    func attendance(_ attendance: AttendanceStatus) -> String {
        var text = attendance.attended ? self("有人", "yes") : self("无人", "no")
        let cause =
            switch attendance.cause {
            case "schedule": self("按时间表", "by the schedule")
            case "closed": self("停班日", "a closed day")
            case "armed": self("已布防", "armed")
            case "disarmed": self("已撤防", "disarmed")
            case "clock": self("时钟不可信，一律按无人处理", "the clock is not trusted")
            default: attendance.cause.printable
            }
        text += self("，", ", ") + cause
        if let until = attendance.until { text += self("，至 ", ", until ") + zonedTime(until) }
        return text
    }

    /// `3d 4h`, `5 min`, `12 s`.
    func span(seconds: Int) -> String {
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
        if days > 0 { return self("\(days) 天 \(hours) 小时", "\(days) d \(hours) h") }
        if hours > 0 { return self("\(hours) 小时 \(minutes) 分", "\(hours) h \(minutes) min") }
        return minutes > 0 ? self("\(minutes) 分钟", "\(minutes) min") : self("\(seconds) 秒", "\(seconds) s")
    }

    /// A size with a unit, so that at most four digits are shown.
    func size(_ bytes: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB"]
        var (value, unit) = (bytes, 0)
        while value >= 10_240, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
        return "\(value) \(units[unit])"
    }
}
