// SPDX-License-Identifier: Apache-2.0

extension KeyedDecodingContainer {
    /// A number of a row that an agent wrote; every agent kept it within `range`.
    ///
    /// - Throws: `DecodingError` where it is beyond: nobody can reckon with it, and whoever wrote it was no agent.
    func decode<Number: Decodable & Comparable>(_ key: Key, in range: ClosedRange<Number>) throws -> Number {
        try check(decode(Number.self, forKey: key), of: key, in: range)
    }

    /// The same of one that may be absent; nil then.
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
