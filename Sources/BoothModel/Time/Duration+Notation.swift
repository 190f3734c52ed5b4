// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// The span that `text` spells, such as `20ms`, `60s`, `5m`, `2h` or `7d`; nil: anything else, or more than 100
    /// years.
    package init?(notation text: String) {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        guard let (number, factor) = Quantity.parse(text, units: units) else { return nil }
        let (milliseconds, isTooMuch) = number.multipliedReportingOverflow(by: factor)
        guard !isTooMuch, milliseconds <= 36_500 * 86_400_000 else { return nil }
        self = .milliseconds(milliseconds)
    }
}

/// A whole number right before its unit.
package enum Quantity {
    /// The number and the unit's factor; nil: anything else.
    package static func parse(_ text: String, units: [(name: String, factor: Int64)]) -> (
        number: Int64, factor: Int64
    )? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let unit = String(text.utf8.dropFirst(digits.count)) ?? ""
        guard let number = Int64(String(digits) ?? ""), let found = units.first(where: { $0.name == unit }) else {
            return nil
        }
        return (number, found.factor)
    }
}
