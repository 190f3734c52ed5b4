// SPDX-License-Identifier: Apache-2.0

extension KeyedDecodingContainer {
    /// Decodes a number of a row that an agent wrote. Every agent kept it within `range`.
    ///
    /// - Throws: `DecodingError` if it is out of range: then no agent wrote it, and the arithmetic could overflow.
    func decode<Number: Decodable & Comparable>(_ key: Key, in range: ClosedRange<Number>) throws -> Number {
        try check(decode(Number.self, forKey: key), of: key, in: range)
    }

    /// The same for a number that may be absent; then nil.
    func decodeIfPresent<Number: Decodable & Comparable>(
        _ key: Key, in range: ClosedRange<Number>
    ) throws -> Number? {
        guard let number = try decodeIfPresent(Number.self, forKey: key) else { return nil }
        return try check(number, of: key, in: range)
    }

    private func check<Number: Comparable>(_ number: Number, of key: Key, in range: ClosedRange<Number>) throws
        -> Number
    {
        guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "\(number) is not within \(range)")
        }
        return number
    }
}
