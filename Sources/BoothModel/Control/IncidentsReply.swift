// SPDX-License-Identifier: Apache-2.0

/// The answer to `ListIncidents`, oldest first.
package struct IncidentsReply: Codable, Sendable, Hashable {
    package var incidents: [IncidentStatus]

    package init(incidents: [IncidentStatus]) {
        self.incidents = incidents
    }

    package init(_ incidents: [Incident]) {
        self.init(incidents: incidents.map(IncidentStatus.init))
    }
}

/// One incident as the technician sees it.
package struct IncidentStatus: Codable, Sendable, Hashable {
    /// Its own id, not that of the event that opened it.
    package var incident: EventID
    package var category: Category
    package var incidentClass: IncidentClass
    package var priority: Priority
    /// Activations so far, 1 or more.
    package var count: Int
    package var state: IncidentState
    /// Null for a fault of a device, a link or the storage.
    @Nullable package var point: PointID?
    /// The device whose fault it is, null for a point's incident.
    @Nullable package var device: DeviceID?
    /// Edges lost, of a `gap` whose kernel counts them; null otherwise.
    @Nullable package var missed: UInt64?
    /// Whether a technician was testing the point.
    package var test: Bool
    /// Local civil time with offset; null: the clock was not trusted.
    @Nullable package var opened: String?
    /// Whether the input went back to normal; the incident stays open until it is closed.
    package var restored: Bool
    /// When that was; null: it has not, or the clock was not trusted.
    @Nullable package var restoredAt: String?
    /// When the first platform accepted it; null: none has, or the clock was not trusted.
    @Nullable package var accepted: String?
    /// Who has seen it in the booth; null: nobody said so.
    @Nullable package var acknowledged: Mark?
    /// How often it was handed to targets of another class.
    package var handovers: Int
    /// Steps of the answer clock that passed without an acceptance.
    package var escalations: Int
    /// How the answer went on, oldest first.
    package var steps: [Step]
    /// How it ended; null: it has not.
    @Nullable package var outcome: String?
    /// When it ended; null: it has not, or the clock was not trusted.
    @Nullable package var closed: String?
    /// Who ended it; null: nobody has.
    @Nullable package var by: Actor?
    /// The targets that it is for, in the configuration's order.
    package var targets: [TargetTicket]

    /// The delivery of the incident to one target.
    package struct TargetTicket: Codable, Sendable, Hashable {
        package var target: TargetID
        package var delivery: Delivery
        /// The platform's number for it, null before its receipt.
        @Nullable package var ticket: String?
        /// Whether it was handed over to other targets.
        package var handedOver: Bool

        private enum CodingKeys: String, CodingKey {
            case target, delivery, ticket
            case handedOver = "handed_over"
        }

        init(_ ticket: Incident.TargetTicket) {
            target = ticket.target
            delivery = ticket.delivery
            self.ticket = ticket.ticket
            handedOver = ticket.isHandedOver
        }
    }

    /// Who, and when.
    package struct Mark: Codable, Sendable, Hashable {
        package var by: Actor
        /// Local civil time with offset; null: the clock was not trusted.
        @Nullable package var at: String?
    }

    /// A change of the state.
    package struct Step: Codable, Sendable, Hashable {
        package var state: IncidentState
        package var by: Actor
        @Nullable package var at: String?
        /// The platform's note.
        @Nullable package var note: String?
    }

    /// The incident from the journal, without the parts that only the rules need.
    package init(_ incident: Incident) {
        self.incident = incident.id
        category = incident.category
        incidentClass = incident.incidentClass
        priority = incident.priority
        count = incident.count
        state = incident.state
        point = incident.point
        device = incident.device
        missed = incident.missed
        test = incident.test
        opened = incident.opened.time
        restored = incident.restored != nil
        restoredAt = incident.restored?.time
        accepted = incident.accepted?.time
        acknowledged = incident.acknowledged.map { Mark(by: $0.by, at: $0.at.time) }
        handovers = incident.handovers
        escalations = incident.escalations
        steps = incident.steps.map { Step(state: $0.state, by: $0.act.by, at: $0.act.at.time, note: $0.note) }
        outcome = incident.closing?.outcome
        closed = incident.closing?.act.at.time
        by = incident.closing?.act.by
        targets = incident.targets.map(TargetTicket.init)
    }

    private enum CodingKeys: String, CodingKey {
        case incident, category
        case incidentClass = "class"
        case priority, count, state, point, device, missed, test, opened, restored
        case restoredAt = "restored_at"
        case accepted, acknowledged, handovers, escalations, steps, outcome, closed, by, targets
    }
}
