// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// An event in one target's queue: recorded on disk, not answered by a receipt.
package struct QueuedEvent: Sendable, Hashable {
    package let id: EventID
    /// The journal's generation (6 digits) and this target's count (14 digits).
    package let sequence: String
    package let priority: Priority
    /// The CloudEvent as it is sent to this target, `sequence` in it: the same bytes each time.
    package let body: String
    /// The key of the incident that it tells of; nil where it tells of none.
    package let incident: Int64?

    package init(id: EventID, sequence: String, priority: Priority, body: String, incident: Int64? = nil) {
        self.id = id
        self.sequence = sequence
        self.priority = priority
        self.body = body
        self.incident = incident
    }
}

/// What a target's thread is ready to send. Its newest request replaces the one before.
package struct FetchRequest: Sendable, Hashable {
    /// Given back with the batch; a batch with another number than the last asked is to be dropped.
    package var number: Int
    /// Most events of the batch, 1 or more.
    package var limit: Int
    /// While backing off: only events of priority 1 that are newer than this one; nil: whatever is first.
    package var onlyHelpAfter: EventID?
    /// Never these: taken by the platform, their receipts on the way. A thousand or so at most.
    package var except: Set<EventID>

    package init(number: Int, limit: Int, onlyHelpAfter: EventID? = nil, except: Set<EventID> = []) {
        self.number = number
        self.limit = limit
        self.onlyHelpAfter = onlyHelpAfter
        self.except = except
    }
}
