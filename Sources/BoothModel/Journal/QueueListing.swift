// SPDX-License-Identifier: Apache-2.0

/// One target's queue, for people.
package struct QueueListing: Sendable, Hashable {
    package struct Item: Sendable, Hashable {
        package var id: EventID
        /// The value of an `EventType`, or a type that only another version knows.
        package var type: String
        /// The incident that the event is about; nil: none.
        package var incident: EventID?
        package var sequence: String
        package var delivery: Delivery
        /// How often it was sent since this start.
        package var attempts: Int
        /// Why the target refused it.
        package var reason: String?

        package init(
            id: EventID, type: String, incident: EventID?, sequence: String, delivery: Delivery, attempts: Int,
            reason: String? = nil
        ) {
            self.id = id
            self.type = type
            self.incident = incident
            self.sequence = sequence
            self.delivery = delivery
            self.attempts = attempts
            self.reason = reason
        }
    }

    package var target: TargetID
    package var queued: Int
    package var rejected: Int
    /// Queued events in the order of sending, then rejected ones, newest first.
    package var items: [Item]

    package init(target: TargetID, queued: Int, rejected: Int, items: [Item]) {
        self.target = target
        self.queued = queued
        self.rejected = rejected
        self.items = items
    }
}
