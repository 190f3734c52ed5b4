// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension Notation where Value == WeeklySchedule.Attendance {
    /// `Tue 08:30-11:30`, within one day; `24:00` may end it.
    static var attendance: Notation {
        Notation(Message(zh: "\"Tue 08:30-11:30\" 这样的时段", en: "an attendance such as \"Tue 08:30-11:30\"")) { value in
            guard case .string(let text) = value else { return .refused }
            let parts = text.split(separator: " ", omittingEmptySubsequences: false)
            let times = parts.count == 2 ? parts[1].split(separator: "-", omittingEmptySubsequences: false) : []
            guard times.count == 2, let start = minutes(times[0]), let end = minutes(times[1]) else { return .refused }
            guard let day = Weekday.allCases.first(where: { $0.abbreviation == parts[0] }) else {
                return .refusedBecause(unknownDay(String(parts[0])))
            }
            guard start < end else {
                let wrong = TOMLValue.quoted(text)
                return .refusedBecause(
                    Message(
                        zh: "时段 \(wrong) 的结束不晚于开始；跨午夜请写成两天各一段",
                        en: "the attendance \(wrong) does not end after its start; write one over midnight as two"))
            }
            return .value(WeeklySchedule.Attendance(day: day, minutes: start..<end))
        }
    }

    private static func unknownDay(_ day: String) -> Message {
        let known = Suggestion.message(for: day, among: Weekday.allCases.map(\.abbreviation))
        let wrong = TOMLValue.quoted(day)
        return Message(zh: "没有 \(wrong) 这一天；\(known.zh)", en: "there is no day \(wrong); \(known.en)")
    }

    /// Minutes since midnight of `HH:MM`, 00:00 to 24:00.
    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hour = digits(parts[0], count: 2), let minute = digits(parts[1], count: 2) else {
            return nil
        }
        let minutes = hour * 60 + minute
        return minute < 60 && minutes <= 1440 ? minutes : nil
    }
}

extension Notation where Value == ClosedRange<CivilDate> {
    /// `2026-10-01`, or `2026-10-01..2026-10-07`, which includes both days.
    static var dates: Notation {
        Notation(
            Message(
                zh: "日期 \"2026-10-01\" 或 \"2026-10-01..2026-10-07\"（须为真实日期）",
                en: "a date \"2026-10-01\", or \"2026-10-01..2026-10-07\"; real ones")
        ) { value in
            guard case .string(let text) = value else { return .refused }
            let dots = text.firstRange(of: "..")
            let first = CivilDate(fullDate: dots.map { text[..<$0.lowerBound] } ?? text[...])
            let last = CivilDate(fullDate: dots.map { text[$0.upperBound...] } ?? text[...])
            guard let first, let last else { return .refused }
            guard first <= last else {
                let wrong = TOMLValue.quoted(text)
                return .refusedBecause(
                    Message(
                        zh: "日期范围 \(wrong) 的结束早于开始；请把较早的日期写在前面",
                        en: "the dates \(wrong) end before they start; write the earlier one first"))
            }
            return .value(first...last)
        }
    }
}

/// The number of exactly this many digits.
private func digits(_ text: Substring, count: Int) -> Int? {
    let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return isNumber && text.utf8.count == count ? Int(text) : nil
}
