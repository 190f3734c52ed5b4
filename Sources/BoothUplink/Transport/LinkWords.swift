// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The sentences about a link; each begins with the platform's address.
///
/// The same cause always gives the same sentence. So a state is reported once and not at each attempt.
package struct LinkWords: Sendable {
    private let address: String

    package init(_ endpoint: TargetConfiguration.Endpoint) {
        address = endpoint.address
    }

    /// The platform answered in the right form, but without a receipt for any event that was sent.
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
