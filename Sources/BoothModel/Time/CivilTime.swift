// SPDX-License-Identifier: Apache-2.0

/// A wall clock's reading in the booth's time zone, with its offset from UTC.
package struct CivilTime: Hashable, Sendable {
    package var date: CivilDate
    package var weekday: Weekday
    /// Minutes since local midnight, 0...1439.
    package var minuteOfDay: Int
    /// 0...60; 60 is a leap second.
    package var second: Int
    /// 0...999.
    package var millisecond: Int
    /// Seconds east of UTC.
    package var offsetSeconds: Int

    package init(
        date: CivilDate, weekday: Weekday, minuteOfDay: Int, second: Int = 0, millisecond: Int = 0,
        offsetSeconds: Int = 0
    ) {
        self.date = date
        self.weekday = weekday
        self.minuteOfDay = minuteOfDay
        self.second = second
        self.millisecond = millisecond
        self.offsetSeconds = offsetSeconds
    }

    /// Seconds from 1970-01-01 00:00:00 to this time on the same clock face, without the offset.
    var faceSeconds: Int { date.daysSince1970 * 86_400 + minuteOfDay * 60 + second }

    /// RFC 3339 with milliseconds and an explicit offset: `2026-11-21T08:15:30.120+08:00`.
    package var rfc3339: String {
        // Every stamp has one: written digit by digit, which takes a tenth of the time of joining strings.
        String(unsafeUninitializedCapacity: 48) { bytes in
            var text = DigitWriter(bytes)
            text.write(date.year, digits: 4)
            text.write("-", date.month, digits: 2)
            text.write("-", date.day, digits: 2)
            text.write("T", minuteOfDay / 60, digits: 2)
            text.write(":", minuteOfDay % 60, digits: 2)
            text.write(":", second, digits: 2)
            text.write(".", millisecond, digits: 3)
            let offset = abs(offsetSeconds) / 60
            text.write(offsetSeconds < 0 ? "-" : "+", offset / 60, digits: 2)
            text.write(":", offset % 60, digits: 2)
            return text.count
        }
    }
}

/// Writes numbers of a fixed width into a buffer.
private struct DigitWriter {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ bytes: UnsafeMutableBufferPointer<UInt8>) { self.bytes = bytes }

    /// - Parameter digits: at least so many; a number that needs more has them.
    mutating func write(_ number: Int, digits: Int) {
        if number < 0 { put(UInt8(ascii: "-")) }
        var rest = number.magnitude
        var width = digits
        while width < 20, rest >= Self.powers[width] { width += 1 }
        for place in (0..<width).reversed() {
            put(UInt8(ascii: "0") + UInt8(rest / Self.powers[place]))
            rest %= Self.powers[place]
        }
    }

    mutating func write(_ separator: Unicode.Scalar, _ number: Int, digits: Int) {
        put(UInt8(ascii: separator))
        write(number, digits: digits)
    }

    private mutating func put(_ byte: UInt8) {
        guard count < bytes.count else { return }
        bytes[count] = byte
        count += 1
    }

    /// Powers of ten.
    private static let powers: [UInt] = (0..<20).map { (0..<$0).reduce(1) { power, _ in power * 10 } }
}
