// SPDX-License-Identifier: Apache-2.0

/// A position in the file: line and column in characters, from 1.
struct Place: Hashable, Comparable, Sendable {
    var line: Int
    var column: Int

    static let start = Place(line: 1, column: 1)

    static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// A value and its position.
struct TOMLNode: Sendable {
    var value: TOMLValue
    var place: Place
}

/// A TOML value.
enum TOMLValue: Sendable {
    case table(TOMLTable)
    case array([TOMLNode])
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    /// A date, a time of day, or both. The configuration has no such value.
    case date
}

/// The entries of a table, in file order.
struct TOMLTable: Sendable {
    struct Entry: Sendable {
        var key: String
        var keyPlace: Place
        var node: TOMLNode
    }

    var entries: [Entry]
}
