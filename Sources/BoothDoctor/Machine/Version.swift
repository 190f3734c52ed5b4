// SPDX-License-Identifier: Apache-2.0

/// A version of up to three numbers, compared number by number.
struct Version: Comparable, CustomStringConvertible {
    private let numbers: [Int]

    init(_ major: Int, _ minor: Int, _ micro: Int = 0) {
        numbers = [major, minor, micro]
    }

    /// The first numbers of a text: `3.46.1`, `6.12.48+deb13-arm64`, `libcurl/8.14.1 …`; nil if there are none.
    init?(_ text: String) {
        let start = text.drop { !$0.isNumber }
        let digits = start.prefix { $0.isNumber || $0 == "." }
        let parts = digits.split(separator: ".").prefix(3).compactMap { Int($0) }
        guard parts.count >= 2 else { return nil }
        numbers = parts + Array(repeating: 0, count: 3 - parts.count)
    }

    static func < (one: Version, other: Version) -> Bool {
        one.numbers.lexicographicallyPrecedes(other.numbers)
    }

    var description: String { numbers.map(String.init).joined(separator: ".") }
}
