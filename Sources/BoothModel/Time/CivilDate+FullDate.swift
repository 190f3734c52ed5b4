// SPDX-License-Identifier: Apache-2.0

extension CivilDate {
    /// RFC 3339's `full-date`, `2026-11-21`; nil: anything else, or a day that the calendar does not have.
    package init?(fullDate text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(calendarYear: year, month: month, day: day)
    }

    /// `2026-11-20` (RFC 3339, full-date).
    package var text: String {
        func padded(_ number: Int, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
