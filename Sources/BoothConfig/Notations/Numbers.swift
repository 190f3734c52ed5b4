// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension Notation where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Notation {
        let span = "\(range.lowerBound)..\(range.upperBound)"
        return Notation(Message(zh: "\(span) 的整数", en: "an integer \(span)")) { value in
            guard case .integer(let number) = value, let number = Int(exactly: number), range.contains(number) else {
                return .refused
            }
            return .value(number)
        }
    }

    static func integer(among numbers: [Int]) -> Notation {
        let list = numbers.map(String.init).joined(separator: " | ")
        return Notation(Message(zh: list, en: list)) { value in
            guard case .integer(let number) = value, let number = Int(exactly: number), numbers.contains(number) else {
                return .refused
            }
            return .value(number)
        }
    }
}

extension Notation where Value == Int {
    /// A serial speed in bit/s that both termios(3) and libmodbus support.
    static var baud: Notation {
        .integer(among: [
            300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000,
            921_600,
        ])
    }
}

extension Notation where Value == Double {
    /// An integer or a decimal.
    static func number(_ range: ClosedRange<Double>, zh: String, en: String) -> Notation {
        Notation(Message(zh: zh, en: en)) { value in
            switch value {
            case .float(let number) where range.contains(number): .value(number)
            case .integer(let number) where range.contains(Double(number)): .value(Double(number))
            default: .refused
            }
        }
    }
}

extension Notation where Value == Int64 {
    /// Bytes, as a whole number of KiB, MiB or GiB.
    static func size(atLeast least: Int64) -> Notation {
        .text(
            zh: "大小，如 \"256MiB\"（KiB、MiB、GiB），至少 \(least >> 20)MiB",
            en: "a size such as \"256MiB\" (KiB, MiB, GiB), \(least >> 20)MiB or more"
        ) { text in
            let units: [(String, Int64)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
            guard let (number, factor) = Quantity.parse(text, units: units) else { return nil }
            let (bytes, isTooMuch) = number.multipliedReportingOverflow(by: factor)
            return isTooMuch || bytes < least ? nil : bytes
        }
    }
}
