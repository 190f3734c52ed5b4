// SPDX-License-Identifier: Apache-2.0

// How incidents are stored: members that are zero or empty are left out.
extension Incident: Codable {
    /// More activations than any point has in its life.
    private static let counts = 0...1_000_000_000_000
    /// More steps than any incident has.
    private static let steps = 0...1_000_000

    private enum Key: String, CodingKey {
        case id, point, device, category, incidentClass, priority, count, missed, state, test, opened, latest, restored
        case accepted, announced, opening, targets, handed, handovers, escalations, reminders, acknowledged, steps
        case closing
    }

    package init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Key.self)
        self.init(
            id: try row.decode(EventID.self, forKey: .id), opening: try row.decode(EventID.self, forKey: .opening),
            point: try row.decodeIfPresent(PointID.self, forKey: .point),
            device: try row.decodeIfPresent(DeviceID.self, forKey: .device),
            classification: Classification(
                try row.decode(Category.self, forKey: .category),
                try row.decode(IncidentClass.self, forKey: .incidentClass),
                try row.decode(Priority.self, forKey: .priority)),
            opened: try row.decode(Stamp.self, forKey: .opened),
            missed: try row.decodeIfPresent(UInt64.self, forKey: .missed), targets: [])
        targets = try row.decode([TargetTicket].self, forKey: .targets)
        count = try row.decode(.count, in: Self.counts)
        announced = try row.decode(.announced, in: Self.counts)
        state = try row.decode(IncidentState.self, forKey: .state)
        test = try row.decode(Bool.self, forKey: .test)
        latest = try row.decode(Stamp.self, forKey: .latest)
        restored = try row.decodeIfPresent(Stamp.self, forKey: .restored)
        accepted = try row.decodeIfPresent(Stamp.self, forKey: .accepted)
        handed = try row.decodeIfPresent(Stamp.self, forKey: .handed)
        handovers = try row.decodeIfPresent(.handovers, in: Self.steps) ?? 0
        escalations = try row.decodeIfPresent(.escalations, in: Self.steps) ?? 0
        reminders = try row.decodeIfPresent(.reminders, in: Self.steps) ?? 0
        acknowledged = try row.decodeIfPresent(Act.self, forKey: .acknowledged)
        steps = try row.decodeIfPresent([Step].self, forKey: .steps) ?? []
        closing = try row.decodeIfPresent(Closing.self, forKey: .closing)
    }

    package func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: Key.self)
        try row.encode(id, forKey: .id)
        try row.encode(opening, forKey: .opening)
        try row.encodeIfPresent(point, forKey: .point)
        try row.encodeIfPresent(device, forKey: .device)
        try row.encode(category, forKey: .category)
        try row.encode(incidentClass, forKey: .incidentClass)
        try row.encode(priority, forKey: .priority)
        try row.encode(count, forKey: .count)
        try row.encode(announced, forKey: .announced)
        try row.encodeIfPresent(missed, forKey: .missed)
        try row.encode(state, forKey: .state)
        try row.encode(test, forKey: .test)
        try row.encode(opened, forKey: .opened)
        try row.encode(latest, forKey: .latest)
        try row.encodeIfPresent(restored, forKey: .restored)
        try row.encodeIfPresent(accepted, forKey: .accepted)
        try row.encode(targets, forKey: .targets)
        try row.encodeIfPresent(handed, forKey: .handed)
        if handovers > 0 { try row.encode(handovers, forKey: .handovers) }
        if escalations > 0 { try row.encode(escalations, forKey: .escalations) }
        if reminders > 0 { try row.encode(reminders, forKey: .reminders) }
        try row.encodeIfPresent(acknowledged, forKey: .acknowledged)
        if !steps.isEmpty { try row.encode(steps, forKey: .steps) }
        try row.encodeIfPresent(closing, forKey: .closing)
    }
}

extension Incident.TargetTicket: Codable {
    private enum Key: String, CodingKey {
        case target, delivery, ticket, offer, isHandedOver
    }

    package init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Key.self)
        self.init(
            target: try row.decode(TargetID.self, forKey: .target),
            delivery: try row.decode(Delivery.self, forKey: .delivery),
            ticket: try row.decodeIfPresent(String.self, forKey: .ticket),
            offer: try row.decodeIfPresent(EventID.self, forKey: .offer))
        isHandedOver = try row.decodeIfPresent(Bool.self, forKey: .isHandedOver) ?? false
    }

    package func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: Key.self)
        try row.encode(target, forKey: .target)
        try row.encode(delivery, forKey: .delivery)
        try row.encodeIfPresent(ticket, forKey: .ticket)
        try row.encodeIfPresent(offer, forKey: .offer)
        if isHandedOver { try row.encode(true, forKey: .isHandedOver) }
    }
}
