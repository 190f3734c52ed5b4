// SPDX-License-Identifier: Apache-2.0

/// A UUIDv7 (RFC 9562, 5.7): made when the thing happened and kept for ever.
///
/// `key` is its first 60 payload bits: the millisecond, and a count within it. Keys never repeat in one journal and
/// rise with occurrence. The journal's row number is the key.
package struct EventID: Hashable, Comparable, Sendable {
    /// 48 bits of milliseconds since 1970, then 12 bits of count.
    package let key: Int64
    /// 62 random bits.
    package let random: UInt64

    /// 60 bits.
    static let highestKey: Int64 = 0x0FFF_FFFF_FFFF_FFFF

    package init(key: Int64, random: UInt64) {
        self.key = key & Self.highestKey
        self.random = random & 0x3FFF_FFFF_FFFF_FFFF
    }

    /// The id that `text` spells, 36 characters; nil for anything that is not a UUIDv7.
    package init?(_ text: some StringProtocol) {
        var bits: [UInt64] = [0, 0]
        var digits = 0
        for (position, character) in text.utf8.enumerated() {
            if [8, 13, 18, 23].contains(position) {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard digits < 32, let digit = Self.hexadecimalValue(character) else { return nil }
            bits[digits / 16] = bits[digits / 16] << 4 | digit
            digits += 1
        }
        guard digits == 32, bits[0] >> 12 & 0xF == 7, bits[1] >> 62 == 2 else { return nil }
        self.init(key: Int64((bits[0] >> 16) << 12 | bits[0] & 0xFFF), random: bits[1])
    }

    private static func hexadecimalValue(_ character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(character - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(character - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    /// Milliseconds since 1970 by the clock of that moment; or just after the previous id, if the clock was not later.
    package var milliseconds: Int64 { key >> 12 }

    package static func < (left: EventID, right: EventID) -> Bool {
        (left.key, left.random) < (right.key, right.random)
    }
}

extension EventID: CustomStringConvertible, Codable {
    /// `01a1fb75-4948-7a11-9c02-5f0d6a1be001`
    package var description: String {
        let bits = UInt64(key)
        let high = (bits >> 12) << 16 | 0x7000 | bits & 0xFFF
        let low = 1 << 63 | random
        return String(unsafeUninitializedCapacity: 36) { bytes in
            var place = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    bytes[place] = UInt8(ascii: "-")
                    place += 1
                }
                let half = digit < 16 ? high : low
                bytes[place] = Self.hexadecimalDigit(UInt8(half >> UInt64(60 - digit % 16 * 4) & 0xF))
                place += 1
            }
            return place
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = EventID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUIDv7")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Makes ids that rise, whatever the wall clock does.
package struct EventIDGenerator: Sendable {
    private var last: Int64
    private var random: SeededRandom

    /// - Parameters:
    ///   - last: the highest `EventID.key` that the journal has, 0 for a new one; 60 bits of it count.
    ///   - random: gives the random bits of each id.
    package init(after last: Int64, random: SeededRandom = SeededRandom(seed: .random(in: .min ... .max))) {
        self.last = min(max(0, last), EventID.highestKey)
        self.random = random
    }

    /// Goes on after `key`, the highest `EventID.key` of a journal that opened late.
    package mutating func skip(to key: Int64) {
        last = max(last, min(max(0, key), EventID.highestKey))
    }

    /// How far ahead of the last id an untrusted clock may be, in milliseconds.
    private static let longestLeap: Int64 = 366 * 86_400_000

    /// The next id.
    ///
    /// - Parameters:
    ///   - wallMilliseconds: the wall clock. If it stands still or went back, the last id is counted up.
    ///   - isTrusted: whether the clock is trusted. An untrusted clock that is far ahead is not followed. Otherwise ids
    ///     would stay ahead for years once the clock is right.
    package mutating func next(wallMilliseconds: Int64, isTrusted: Bool = true) -> EventID {
        let isLeap = !isTrusted && last > 0 && wallMilliseconds - last >> 12 > Self.longestLeap
        last = max(isLeap ? 0 : wallMilliseconds << 12, last + 1)
        return EventID(key: last, random: random.next())
    }
}
