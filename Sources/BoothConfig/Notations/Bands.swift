// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension Notation where Value == ClosedRange<Int> {
    /// A band of a register's raw value: `101..600`, `..100` from 0, `901..` up to 65535.
    static var band: Notation {
        Notation(
            Message(
                zh: "数值段，如 \"101..600\"、\"..100\"、\"901..\"，取值 0..65535",
                en: "a band such as \"101..600\", \"..100\" or \"901..\", within 0..65535")
        ) { value in
            guard case .string(let text) = value, let ends = Ends(text) else { return .refused }
            guard ends.low <= ends.high else {
                let band = TOMLValue.quoted(text)
                return .refusedBecause(
                    Message(
                        zh: "数值段 \(band) 上下限颠倒；应为 \"\(ends.high)..\(ends.low)\"",
                        en: "the band \(band) is inverted; write \"\(ends.high)..\(ends.low)\""))
            }
            return .value(ends.low...ends.high)
        }
    }
}

private struct Ends {
    var low: Int
    var high: Int

    init?(_ text: String) {
        guard let dots = text.firstRange(of: ".."), text.count > 2 else { return nil }
        let low = text[..<dots.lowerBound]
        let high = text[dots.upperBound...]
        guard let low = low.isEmpty ? 0 : Self.word(low), let high = high.isEmpty ? 65_535 : Self.word(high) else {
            return nil
        }
        self.low = low
        self.high = high
    }

    private static func word(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt16(text).map(Int.init)
    }
}
