// SPDX-License-Identifier: Apache-2.0

/// The answer to `GetQueue`: each target, in the configuration's order.
package struct QueueReply: Codable, Sendable, Hashable {
    package var targets: [TargetQueue]

    package init(targets: [TargetQueue]) {
        self.targets = targets
    }
}

/// The queue of one target.
package struct TargetQueue: Codable, Sendable, Hashable {
    package var target: TargetID
    /// All events without a receipt. `items` may be fewer.
    package var queued: Int
    /// Events that the platform refused for good.
    package var rejected: Int
    /// The first of both kinds: queued events in the order of sending, then rejected ones, newest first.
    package var items: [Item]

    /// One event that has no receipt, or was refused.
    package struct Item: Codable, Sendable, Hashable {
        package var id: EventID
        /// The CloudEvent's type.
        package var type: String
        /// The incident it tells of; null for other events.
        @Nullable package var incident: EventID?
        /// 20 digits, the journal's generation and this target's count.
        package var sequence: String
        package var delivery: Delivery
        /// How often it was sent.
        package var attempts: Int
        /// Why the platform refused it; null: it did not.
        @Nullable package var reason: String?

        package init(
            id: EventID, type: String, incident: EventID?, sequence: String, delivery: Delivery, attempts: Int,
            reason: String?
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

    package init(target: TargetID, queued: Int, rejected: Int, items: [Item]) {
        self.target = target
        self.queued = queued
        self.rejected = rejected
        self.items = items
    }
}
