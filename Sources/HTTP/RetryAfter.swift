// SPDX-License-Identifier: Apache-2.0
import CCurl

/// The `Retry-After` header (RFC 9110, 10.2.3).
package enum RetryAfter {
    /// The longest accepted wait; longer ones are cut to it.
    package static let most = Duration.seconds(3600)

    /// How long the server asks the client to wait.
    ///
    /// A date is compared with the answer's own `Date`, because this machine's clock may be wrong by years.
    /// `CURLINFO_RETRY_AFTER` uses that clock, so it is not used.
    /// - Parameters:
    ///   - text: seconds, or an HTTP-date.
    ///   - date: the answer's `Date`; nil if it has none, and then a date in `text` is ignored.
    /// - Returns: 0...`most`; nil for anything that cannot be read.
    package static func span(_ text: String, date: String?) -> Duration? {
        let digits = text.trimmingBlanks
        if !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // A number with too many digits exceeds every limit.
            return .seconds(min(Int64(digits) ?? .max, most.components.seconds))
        }
        guard let date, let then = seconds(ofDate: text), let now = seconds(ofDate: date) else { return nil }
        return .seconds(min(max(0, then - now), most.components.seconds))
    }

    private static func seconds(ofDate text: String) -> Int64? {
        let seconds = curl_getdate(text, nil)
        return seconds == -1 ? nil : Int64(seconds)
    }
}

extension String {
    /// This text without spaces and tabs at its ends.
    var trimmingBlanks: Substring {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var rest = self[...].drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
