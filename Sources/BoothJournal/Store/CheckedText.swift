// SPDX-License-Identifier: Apache-2.0
import Crypto

/// The JSON of a row with a check over it, as its last member: `…,"check":"0123456789abcdef"}`.
///
/// A row can lie on two pages. In a damaged file each page proves itself by its own checksum, but the two can be of
/// different versions of the row. Only this check shows that they belong together. Events have a hash for that.
enum CheckedText {
    private static let start = ",\"check\":\""
    private static let digits = 16
    private static let end = "\"}"

    /// - Parameter json: an object, not empty.
    static func seal(_ json: String) -> String {
        String(json.dropLast()) + start + check(of: json) + end
    }

    /// Whether `text` is what `seal` made.
    static func isWhole(_ text: String) -> Bool {
        let length = start.utf8.count + digits + end.utf8.count
        guard text.utf8.count > length else { return false }
        let body = String(decoding: text.utf8.dropLast(length), as: UTF8.self) + "}"
        return seal(body) == text
    }

    /// The first 64 bits of the SHA-256.
    private static func check(of json: String) -> String {
        String(SHA256.digest(of: Array(json.utf8)).hexadecimal.prefix(digits))
    }
}
