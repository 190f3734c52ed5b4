// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The sentences about a link, each with the platform's address before it.
///
/// The same cause always gives the same sentence, so that a state is reported once and not at each attempt.
package struct LinkWords: Sendable {
    private let address: String

    package init(_ endpoint: TargetConfiguration.Endpoint) {
        address = endpoint.address
    }

    /// Receipts came, and none of them for what was sent.
    var unnamed: Message {
        about(
            zh: "平台的回执不含所发消息；请联系平台方",
            en: "the platform's receipts do not name what was sent; ask the platform's operator")
    }

    /// A sentence with the address before it.
    func about(zh: String, en: String) -> Message {
        Message(zh: "\(address)：\(zh)", en: "\(address): \(en)")
    }
}
