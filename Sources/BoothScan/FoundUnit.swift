// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// A unit that answered.
package struct FoundUnit: Sendable, Hashable {
    /// 1...255 on a serial line, 0...255 over TCP.
    package var unit: Int
    /// How the line was set; nil over TCP.
    package var line: SerialLine?
    /// What it is, as far as its answers tell.
    package var identity: BoardIdentity
    /// What it answered first.
    package var evidence: Evidence
    /// The longest that it took to begin an answer, as near as can be told from outside.
    package var delay = Duration.zero

    /// The answer that gave the unit away.
    package struct Evidence: Sendable, Hashable {
        package var request: ReadRequest
        /// What came: values, or an exception's code.
        package var answer: UnitAnswer
    }

    /// For people: which read, what came, and how sure the board is.
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

/// What a unit said to a read: not silence, and no broken frame.
package enum UnitAnswer: Sendable, Hashable {
    case values([UInt16])
    case exception(UInt8)

    /// Nil where it was an exception.
    package var values: [UInt16]? {
        if case .values(let values) = self { values } else { nil }
    }
}

/// Which board a unit is.
package struct BoardIdentity: Sendable, Hashable {
    /// The profile that fits best; nil where none does.
    package var profile: BoardProfile?
    /// How many of its signs were looked for and found.
    package var signs = 0
    /// Others that fit, by name.
    package var others: [String] = []
    /// Whether all that was found of the board is what any board of some kind answers: a read that gives values, small
    /// ones where nothing is active.
    package var isDoubtful: Bool {
        profile?.signs.allSatisfy { sign in
            switch sign.answer {
            case .values, .most: true
            case .exception, .unit, .value, .within: false
            }
        } ?? false
    }

    package init() {}

    /// Picks among `profiles` by what `unit` answered.
    ///
    /// A profile fits when all of its signs do. Among those that fit, rarer answers count for more, and then that the
    /// unit has the address and the speed that the board comes with.
    /// - Parameter answer: what the unit said to a read; nil: silence or a broken frame.
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
    /// A number in at least so many hexadecimal digits: `0F`.
    package init(_ number: some BinaryInteger, hexDigits: Int) {
        let digits = String(number, radix: 16, uppercase: true)
        self = String(repeating: "0", count: Swift.max(0, hexDigits - digits.count)) + digits
    }
}
