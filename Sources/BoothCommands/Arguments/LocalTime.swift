// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A time as a person types it.
enum LocalTime {
    /// Parses `2026-11-21T17:00+08:00` (RFC 3339, with or without seconds), `2026-11-21 17:00` in this process's zone,
    /// or `17:00`, the next one.
    ///
    /// - Returns: nil for another form, and for a time that the zone skips.
    static func instant(_ text: String, now: WallTime) -> WallTime? {
        if let exact = exact(text) { return exact }
        let parts = text.split(omittingEmptySubsequences: false) { $0 == " " || $0 == "T" }
        guard let clock = parts.last.flatMap(minutes) else { return nil }
        if parts.count == 2 { return CivilDate(fullDate: parts[0]).flatMap { local($0, minutes: clock) } }
        guard parts.count == 1 else { return nil }
        let today = CivilTime(wallMilliseconds: now.milliseconds).date
        guard let next = local(today, minutes: clock), next > now else { return local(today.next, minutes: clock) }
        return next
    }

    /// Whether `text` contains its time zone.
    static func isAbsolute(_ text: String) -> Bool { exact(text) != nil }

    private static func exact(_ text: String) -> WallTime? {
        WallTime(rfc3339: text) ?? WallTime(rfc3339: withSeconds(text))
    }

    /// Adds seconds before the offset if there are none.
    private static func withSeconds(_ text: String) -> String {
        let offset = text.hasSuffix("Z") ? 1 : 6
        return String(text.dropLast(offset)) + ":00" + String(text.suffix(offset))
    }

    /// Minutes since midnight of `HH:MM` or `H:MM`.
    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            let hour = number(parts[0]), hour < 24, let minute = number(parts[1]), minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }

    private static func local(_ date: CivilDate, minutes: Int) -> WallTime? {
        let time = date.instant(minuteOfDay: minutes, in: .ofProcess)
        return CivilTime(wallMilliseconds: time.milliseconds).minuteOfDay == minutes ? time : nil
    }
}
