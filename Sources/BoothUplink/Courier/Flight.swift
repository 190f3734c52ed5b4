// SPDX-License-Identifier: Apache-2.0
import BoothModel

struct Flight {
    enum Kind {
        /// Events of priority 1, and nothing else.
        case presses
        /// Other events.
        case others
        case status
    }

    let kind: Kind
    let shipment: Shipment
    /// Whether a press that began later was answered before this.
    var isOvertaken = false

    init(_ kind: Kind, _ shipment: Shipment) {
        self.kind = kind
        self.shipment = shipment
    }

    /// Empty for a status.
    var events: [QueuedEvent] { shipment.events }
    var ids: [EventID] { events.map(\.id) }

    /// Whether `event` has to wait for this shipment, because both are about the same incident.
    func comesBefore(_ event: QueuedEvent) -> Bool {
        guard let incident = event.incident else { return false }
        return events.contains { $0.incident == incident }
    }
}
