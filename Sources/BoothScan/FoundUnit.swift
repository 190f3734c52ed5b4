// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// A unit that answered.
package struct FoundUnit: Sendable, Hashable {
    /// 1...255 on a serial line, 0...255 over TCP.
    package var unit: Int
    /// The line's setting; nil over TCP.
    package var line: SerialLine?
    /// The board, as far as its answers tell.
    package var identity: BoardIdentity
    /// Its first answer.
    package var evidence: Evidence
    /// The longest time it took to begin an answer, measured from outside.
    package var delay = Duration.zero

    /// The answer that revealed the unit.
    package struct Evidence: Sendable, Hashable {
        package var request: ReadRequest
        /// Values, or an exception code.
        package var answer: UnitAnswer
    }

    /// For people: the read, its answer, and how certain the board is.
    package var evidenceText: Message {
        let request = evidence.request
        let place = Message(
            zh: "功能码 \(String(request.table.readFunction, hexDigits: 2)) 地址 \(request.address)",
            en: "function \(String(request.table.readFunction, hexDigits: 2)) address \(request.address)")
        let first =
            switch evidence.answer {
            case .values(let words):
                Message(
                    zh: "\(place.zh)：\(words.map(String.init).joined(separator: " "))",
                    en: "\(place.en): \(words.map(String.init).joined(separator: " "))")
            case .exception(let code): Message(zh: "\(place.zh)：异常 \(code)", en: "\(place.en): exception \(code)")
            }
        guard identity.profile != nil else { return first }
        if identity.isDoubtful {
            return Message(
                zh: "\(first.zh)；应答的读法相同，其他模块也可能如此",
                en: "\(first.en); it answers the same reads, as others may")
        }
        let signs = identity.signs == 1 ? "1 sign" : "\(identity.signs) signs"
        return Message(zh: "\(first.zh)；符合 \(identity.signs) 项特征", en: "\(first.en); \(signs) of the board")
    }
}

/// A unit's answer to a read. Silence and bad frames are not answers.
package enum UnitAnswer: Sendable, Hashable {
    case values([UInt16])
    case exception(UInt8)

    /// Nil for an exception.
    package var values: [UInt16]? {
        if case .values(let values) = self { values } else { nil }
    }
}

/// The board that a unit is.
package struct BoardIdentity: Sendable, Hashable {
    /// The profile that fits best; nil if none fits.
    package var profile: BoardProfile?
    /// How many of its signs were found.
    package var signs = 0
    /// The names of other profiles that fit.
    package var others: [String] = []
    /// Whether the board is uncertain: all signs found are ones that any board of its kind gives, such as a read that
    /// succeeds with small values.
    package var isDoubtful: Bool {
        profile?.signs.allSatisfy { sign in
            switch sign.answer {
            case .values, .most: true
            case .exception, .unit, .value, .within: false
            }
        } ?? false
    }

    package init() {}

    /// Chooses one of `profiles` by the answers of `unit`.
    ///
    /// A profile fits if all of its signs do. Of several that fit, the one with rarer answers wins; then the one whose
    /// factory address and speed the unit has.
    /// - Parameter answer: the unit's answer to a read; nil for silence or a bad frame.
    package init(
        of unit: Int, at line: SerialLine?, among profiles: [BoardProfile],
        answer: (BoardProfile.Sign) -> UnitAnswer?
    ) {
        let fitting = profiles.filter { profile in
            !profile.signs.isEmpty
                && profile.signs.allSatisfy { sign in answer(sign).map { sign.fits($0.values, of: unit) } ?? false }
        }
        let ranked = fitting.map { ($0, Self.weight(of: $0, unit, line)) }.sorted { $0.1 > $1.1 }
        profile = ranked.first?.0
        signs = profile?.signs.count ?? 0
        others = ranked.dropFirst().map(\.0.name)
    }

    private static func weight(of profile: BoardProfile, _ unit: Int, _ line: SerialLine?) -> Int {
        let signs = profile.signs.reduce(0) { sum, sign in
            switch sign.answer {
            case .unit: sum + 8
            case .value: sum + 6
            case .within: sum + 5
            case .most, .exception: sum + 4
            case .values: sum + 2
            }
        }
        let isFreshUnit = profile.unit == unit ? 1 : 0
        let isFreshLine = line.map { $0 == SerialLine(baud: profile.baud, profile.parity) ? 1 : 0 } ?? 0
        return signs * 4 + isFreshUnit + isFreshLine
    }
}

extension String {
    /// A hexadecimal number with at least this many digits: `0F`.
    package init(_ number: some BinaryInteger, hexDigits: Int) {
        let digits = String(number, radix: 16, uppercase: true)
        self = String(repeating: "0", count: Swift.max(0, hexDigits - digits.count)) + digits
    }
}
