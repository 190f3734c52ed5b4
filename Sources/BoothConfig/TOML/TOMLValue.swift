// SPDX-License-Identifier: Apache-2.0

/// A place in the file: line and column in characters, counted from 1.
struct Place: Hashable, Comparable, Sendable {
    var line: Int
    var column: Int

    static let start = Place(line: 1, column: 1)

    static func < (left: Place, right: Place) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// A value and where it begins.
struct TOMLNode: Sendable {
    var value: TOMLValue
    var place: Place
}

/// What a value is.
enum TOMLValue: Sendable {
    case table(TOMLTable)
    case array([TOMLNode])
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    /// A date, a time of day, or both; nothing in this configuration is one.
    case date
}

/// A table's entries, in the order of the file.
struct TOMLTable: Sendable {
    struct Entry: Sendable {
        var key: String
        var keyPlace: Place
        var node: TOMLNode
    }

    var entries: [Entry]
}
