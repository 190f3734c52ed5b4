// SPDX-License-Identifier: Apache-2.0

extension HTTPResponse {
    /// A problem document (RFC 9457), `application/problem+json`.
    ///
    /// - Parameters:
    ///   - title: the name of this type of problem.
    ///   - detail: what is wrong with this request, and what would be right.
    ///   - type: a URI reference for the type; `about:blank` means that the status says everything.
    package static func problem(
        _ status: Int, title: String, detail: String, type: String = "about:blank"
    ) -> HTTPResponse {
        let text =
            #"{"type":\#(jsonString(type)),"title":\#(jsonString(title)),"status":\#(status),"#
            + #""detail":\#(jsonString(detail))}"#
        return HTTPResponse(
            status: status, headers: [HTTPField("Content-Type", "application/problem+json")], body: Array(text.utf8))
    }
}

/// `text` as a JSON string with its quotes (RFC 8259, 7).
private func jsonString(_ text: String) -> String {
    var escaped = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": escaped += "\\\""
        case "\\": escaped += "\\\\"
        case "\n": escaped += "\\n"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: escaped.unicodeScalars.append(scalar)
        }
    }
    return escaped + "\""
}
