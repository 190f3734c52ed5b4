// SPDX-License-Identifier: Apache-2.0

/// An event in one target's queue: recorded on disk, not answered by a receipt.
package struct QueuedEvent: Sendable, Hashable {
    package let id: EventID
    /// The journal's generation (6 digits) and this target's count (14 digits).
    package let sequence: String
    package let priority: Priority
    /// The CloudEvent as it is sent to this target, with its `sequence`: the same bytes each time.
    package let body: String
    /// The key of its incident; nil: it has none.
    package let incident: Int64?

    package init(id: EventID, sequence: String, priority: Priority, body: String, incident: Int64? = nil) {
        self.id = id
        self.sequence = sequence
        self.priority = priority
        self.body = body
        self.incident = incident
    }
}
