// SPDX-License-Identifier: Apache-2.0

/// How far the answer to an incident has come. `restored` is independent of it.
package enum IncidentState: String, Sendable, Codable, CaseIterable {
    case raised, accepted, dispatched, handled, closed
}

/// How far the delivery of an event to one target has come.
package enum Delivery: String, Sendable, Codable {
    /// On disk, not sent since this start.
    case queued
    /// Being sent, or taken and without a receipt yet.
    case sent
    /// The platform's receipt names it.
    case accepted
    /// The platform refused it for good. It is set aside and can be listed.
    case rejected
}

/// Something that needs an answer: opened once, answered by tickets, restored and closed once.
package struct Incident: Sendable, Hashable {
    /// Its own id, not that of an event.
    package let id: EventID
    /// The point that raised it; nil for a fault of a device, a link or the storage.
    package var point: PointID?
    /// The device whose fault it is.
    package var device: DeviceID?
    package var category: Category
    package var incidentClass: IncidentClass
    package var priority: Priority
    /// Activations so far: presses, letters; for a gap, how often edges were lost.
    package var count: Int
    /// Edges lost in all, as the kernel counted them; nil: it did not count, or this is not a gap.
    package var missed: UInt64?
    package var state: IncidentState
    /// Whether a technician was testing the point.
    package var test: Bool
    /// When its first activation happened.
    package var opened: Stamp
    /// The last activation.
    package var latest: Stamp
    /// When the input went back to normal; nil: it has not.
    package var restored: Stamp?
    /// When the first platform accepted it.
    package var accepted: Stamp?
    /// The count that was last announced to the platforms; less than `count` while repeats are gathered.
    package var announced: Int
    /// The event that opened it, and first offered it to its targets.
    package let opening: EventID
    /// The delivery to each target that it is or was for: in the configuration's order, then as targets were added.
    package var targets: [TargetTicket]
    /// When the answer clock started again, because it was handed to other targets. Nil: the clock runs from `opened`.
    package var handed: Stamp?
    /// How often it was handed to targets of another class.
    package var handovers = 0
    /// Steps of the answer clock that passed without an acceptance, since the clock last started.
    package var escalations = 0
    /// How often somebody was reminded that it is not closed.
    package var reminders = 0
    /// Who has seen it in the booth; nil: nobody said so.
    package var acknowledged: Act?
    /// The state's changes after `accepted`, oldest first; the newest 32.
    package var steps: [Step] = []
    /// How it ended; nil: it has not.
    package var closing: Closing?

    /// Who did something, and when.
    package struct Act: Sendable, Hashable, Codable {
        package var by: Actor
        package var at: Stamp

        package init(by: Actor, at: Stamp) {
            self.by = by
            self.at = at
        }
    }

    /// A change of the state after `accepted`.
    package struct Step: Sendable, Hashable, Codable {
        package var state: IncidentState
        package var act: Act
        /// The platform's note.
        package var note: String?

        package init(_ state: IncidentState, _ act: Act, note: String? = nil) {
            self.state = state
            self.act = act
            self.note = note
        }
    }

    /// The recorded outcome.
    package struct Closing: Sendable, Hashable, Codable {
        package var act: Act
        /// In the words of whoever closed it; not empty.
        package var outcome: String

        package init(_ act: Act, outcome: String) {
            self.act = act
            self.outcome = outcome
        }
    }

    /// The delivery to one target, and its answer.
    package struct TargetTicket: Sendable, Hashable {
        package var target: TargetID
        package var delivery: Delivery
        /// The platform's number for it; nil: there is no receipt yet, or the receipt has none.
        package var ticket: String?
        /// The event that offered it to this target; its receipt is the ticket. Nil: the opening.
        package var offer: EventID?
        /// Whether it was handed to others. Then this target is told nothing more about it.
        package var isHandedOver = false

        package init(target: TargetID, delivery: Delivery, ticket: String? = nil, offer: EventID? = nil) {
            self.target = target
            self.delivery = delivery
            self.ticket = ticket
            self.offer = offer
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

    /// Whether it is not closed.
    package var isOpen: Bool { state != .closed }
}
