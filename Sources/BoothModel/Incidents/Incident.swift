// SPDX-License-Identifier: Apache-2.0

/// How far the answer to an incident has come; `restored` stands beside it.
package enum IncidentState: String, Sendable, Codable {
    case raised, accepted, dispatched, handled, closed
}

/// How far an event has come with one target.
package enum Delivery: String, Sendable, Codable {
    /// On disk, not sent since this start.
    case queued
    /// On its way, or taken without a receipt yet.
    case sent
    /// The platform's receipt names it.
    case accepted
    /// The platform refused it for good; set aside, kept, visible.
    case rejected
}

/// Something that needs an answer: opened once, answered by tickets, restored and closed once.
package struct Incident: Sendable, Hashable, Codable {
    /// Its own id, not that of an event.
    package let id: EventID
    /// The point that raised it; nil for a fault of a device, a link or the storage.
    package var point: PointID?
    /// The device whose fault it is.
    package var device: DeviceID?
    package var category: Category
    package var incidentClass: IncidentClass
    package var priority: Priority
    /// Activations so far: presses, letters; of a gap: how often edges were lost.
    package var count: Int
    /// Edges lost in all, as the kernel counted them; nil where it did not, and for everything but a gap.
    package var missed: UInt64?
    package var state: IncidentState
    /// Whether a technician was testing the point.
    package var test: Bool
    /// When its first activation happened.
    package var opened: Stamp
    /// The last activation.
    package var latest: Stamp
    /// When the input went back to normal; nil while it has not.
    package var restored: Stamp?
    /// When the first platform answered for it.
    package var accepted: Stamp?
    /// The count that the platforms were last told; less than `count` while repeats are gathered.
    package var announced: Int
    /// The event that opened it; its receipts are the incident's tickets.
    package let opening: EventID
    /// How its opening stands with each target it is for, in the configuration's order.
    package var targets: [TargetTicket]

    /// One target's answer.
    package struct TargetTicket: Sendable, Hashable, Codable {
        package var target: TargetID
        package var delivery: Delivery
        /// The platform's number for it; nil before its receipt, and where the receipt has none.
        package var ticket: String?

        package init(target: TargetID, delivery: Delivery, ticket: String? = nil) {
            self.target = target
            self.delivery = delivery
            self.ticket = ticket
        }
    }

    /// An incident as it is opened: one activation, raised, queued for each of `targets`.
    package init(
        id: EventID, opening: EventID, point: PointID?, device: DeviceID? = nil, classification: Classification,
        opened: Stamp, missed: UInt64? = nil, targets: [TargetID]
    ) {
        self.id = id
        self.opening = opening
        self.point = point
        self.device = device
        category = classification.category
        incidentClass = classification.incidentClass
        priority = classification.priority
        count = 1
        self.missed = missed
        announced = 1
        state = .raised
        test = false
        self.opened = opened
        latest = opened
        self.targets = targets.map { TargetTicket(target: $0, delivery: .queued) }
    }

    /// Whether it still needs an answer or an end.
    package var isOpen: Bool { state != .closed }
}
