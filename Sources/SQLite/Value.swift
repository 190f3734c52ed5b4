// SPDX-License-Identifier: Apache-2.0

/// The value of a column or a parameter (sqlite.org/datatype3.html).
package enum Value: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    package init(_ integer: Int) { self = .integer(Int64(integer)) }
    package init(_ integer: Int64) { self = .integer(integer) }
    package init(_ number: Double) { self = .real(number) }
    package init(_ text: String) { self = .text(text) }
    package init(_ bytes: [UInt8]) { self = .blob(bytes) }
    /// 1 for true, 0 for false, because SQLite has no boolean.
    package init(_ truth: Bool) { self = .integer(truth ? 1 : 0) }

    /// The text, or NULL for nil.
    package init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    /// The integer, or NULL for nil.
    package init(_ integer: Int64?) { self = integer.map { .integer($0) } ?? .null }
}

extension Value: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    package init(integerLiteral number: Int64) { self = .integer(number) }
    package init(stringLiteral text: String) { self = .text(text) }
    package init(nilLiteral: ()) { self = .null }
}
