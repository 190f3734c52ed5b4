// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// The request that waits for tasks (docs/api/openapi.yaml: `GET {url}/v1/tasks`).
package enum TaskRequest {
    /// A long poll.
    ///
    /// - Parameters:
    ///   - booth: the booth's code.
    ///   - cursor: the cursor of the last tasks received; nil: none yet.
    ///   - wait: how long the platform may hold the request while it has no tasks.
    package static func poll(
        _ url: String, booth: String, after cursor: String?, wait: Duration
    ) -> OutgoingRequest {
        let after = cursor.map { "&after=\(percentEncoded($0))" } ?? ""
        return OutgoingRequest(
            url: "\(url)/v1/tasks?booth=\(percentEncoded(booth))\(after)&wait=\(wait.components.seconds)")
    }

    /// `text` percent-encoded for a query: every byte except the unreserved characters (RFC 3986, 2.3) becomes `%XX`.
    package static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
