// SPDX-License-Identifier: Apache-2.0

extension WallTime {
    /// The instant that an RFC 3339 date and time names: `2026-11-21T08:15:30.120+08:00`, `2026-11-21t00:15:30z`.
    ///
    /// Exactly what the RFC's `date-time` allows: real days only, an offset always, and a fraction of any length (cut
    /// to milliseconds). The second 60 is allowed if UTC may have a leap second then; it counts as the second after it.
    /// - Returns: nil for anything else.
    package init?(rfc3339 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), scanner.skip("-"), let month = scanner.number(digits: 2),
            scanner.skip("-"), let day = scanner.number(digits: 2),
            let date = CivilDate(calendarYear: year, month: month, day: day), scanner.skip("T", or: "t"),
            let hour = scanner.number(digits: 2), hour < 24, scanner.skip(":"),
            let minute = scanner.number(digits: 2), minute < 60, scanner.skip(":"),
            let second = scanner.number(digits: 2), second <= 60, let fraction = scanner.fraction(),
            let offset = scanner.offsetMinutes(), scanner.isAtEnd
        else { return nil }
        let minutes = Int64(date.daysSince1970) * 1440 + Int64(hour * 60 + minute - offset)
        // A leap second ends a day of UTC, not a local day.
        let isLastMinute = ((minutes % 1440) + 1440) % 1440 == 1439
        guard second < 60 || isLastMinute else { return nil }
        self.init(milliseconds: (minutes * 60 + Int64(second)) * 1000 + (second < 60 ? Int64(fraction) : 0))
    }
}

extension CivilDate {
    /// A day that the calendar has, of the years 0...9999; nil: any other.
    package init?(calendarYear year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month) else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...days[month - 1]).contains(day) else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

/// Reads a text of digits and marks from its start.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The number that the next `digits` digits spell; nil: fewer digits follow.
    mutating func number(digits: Int) -> Int? {
        guard rest.prefix(digits).count == digits, rest.prefix(digits).allSatisfy(Self.isDigit) else { return nil }
        defer { rest = rest.dropFirst(digits) }
        return rest.prefix(digits).reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// Skips one of these characters; false: another one is next.
    mutating func skip(_ mark: Unicode.Scalar, or other: Unicode.Scalar? = nil) -> Bool {
        guard let next = rest.first, next == UInt8(ascii: mark) || other.map({ next == UInt8(ascii: $0) }) == true
        else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Milliseconds of a fraction; 0: there is none. Nil: a point without digits.
    mutating func fraction() -> Int? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix(while: Self.isDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest[digits.endIndex...]
        let three = Array(digits.prefix(3)) + [UInt8](repeating: 48, count: max(0, 3 - digits.count))
        return three.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// Minutes east of UTC.
    mutating func offsetMinutes() -> Int? {
        if skip("Z", or: "z") { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard skip("+", or: "-"), let hours = number(digits: 2), hours < 24, skip(":"),
            let minutes = number(digits: 2), minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (isWest ? -1 : 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
