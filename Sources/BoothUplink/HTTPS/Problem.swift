// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HTTP

/// A problem document (RFC 9457): why a request was refused.
package struct Problem: Sendable {
    /// What is wrong in general; 200 Unicode scalars at most.
    package let title: String?
    /// What is wrong with this request; 500 Unicode scalars at most.
    package let detail: String?

    /// Reads `body`; if it is not a problem document, title and detail are nil.
    package init(_ body: [UInt8]) {
        let document = try? JSONDecoder().decode(Document.self, from: Data(body))
        title = document?.title.map { shown($0, longest: 200) }
        detail = document?.detail.map { shown($0, longest: PlatformAnswer.longestReason) }
    }

    /// Whether an answer is a problem document, by its media type and its form.
    static func isDocument(_ reply: Reply) -> Bool {
        let type = reply.contentType?.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type == "application/problem+json" else { return false }
        return (try? JSONDecoder().decode(Document.self, from: Data(reply.body))) != nil
    }

    private struct Document: Decodable {
        let title: String?
        let detail: String?
    }
}
