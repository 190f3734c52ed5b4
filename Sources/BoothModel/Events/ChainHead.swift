// SPDX-License-Identifier: Apache-2.0

/// The head of the journal's hash chain at some time. Whoever keeps it can check later whether anything before it was
/// changed.
package struct ChainHead: Sendable, Hashable, Codable {
    /// The hash of the newest event's row, SHA-256, 64 lower-case hexadecimal digits.
    package var head: String
    /// How many events the chain covers.
    package var events: Int64

    package init(head: String, events: Int64) {
        self.head = head
        self.events = events
    }
}
