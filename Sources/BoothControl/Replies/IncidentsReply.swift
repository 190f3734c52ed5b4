// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The answer to `ListIncidents`, oldest first.
package struct IncidentsReply: Codable, Sendable, Hashable {
    package var incidents: [IncidentStatus]

    package init(incidents: [IncidentStatus]) {
        self.incidents = incidents
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
    /// Local civil time with offset; null where the clock was not trusted.
    @Nullable package var opened: String?
    /// Whether the input went back to normal; the incident stays open until it is closed.
    package var restored: Bool
    /// Those it is for, in the configuration's order.
    package var targets: [TargetTicket]

    /// How its opening stands with one target.
    package struct TargetTicket: Codable, Sendable, Hashable {
        package var target: TargetID
        package var delivery: Delivery
        /// The platform's number for it, null before its receipt.
        @Nullable package var ticket: String?
    }

    /// What the journal has of an incident, without what only the rules need.
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
        targets = incident.targets.map {
            TargetTicket(target: $0.target, delivery: $0.delivery, ticket: $0.ticket)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case incident, category
        case incidentClass = "class"
        case priority, count, state, point, device, missed, test, opened, restored, targets
    }
}
