// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259). Equality ignores spelling and the order of members.
enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A whole number that fits.
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The member of an object; nil if this is no object or has no such member.
    subscript(name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }

    /// The value of either kind of number.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// Number of members of all objects in it.
    var memberCount: Int {
        switch self {
        case .array(let elements): elements.reduce(0) { $0 + $1.memberCount }
        case .object(let members): members.values.reduce(members.count) { $0 + $1.memberCount }
        default: 0
        }
    }
}

extension JSON: Decodable {
    private static let deepest = 64

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        guard decoder.codingPath.count < Self.deepest else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "nested deeper than \(Self.deepest)")
        }
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let number = try? value.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let truth = try? value.decode(Bool.self) {
            self = .bool(truth)
        } else if let members = try? decoder.container(keyedBy: MemberName.self) {
            // Decode inside the `if`, so that an error names its place.
            let pairs = try members.allKeys.map { ($0.stringValue, try members.decode(JSON.self, forKey: $0)) }
            self = .object(Dictionary(pairs) { first, _ in first })
        } else if (try? decoder.unkeyedContainer()) != nil {
            self = .array(try value.decode([JSON].self))
        } else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "a string or number is spelt wrong")
        }
    }
}

private struct MemberName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
