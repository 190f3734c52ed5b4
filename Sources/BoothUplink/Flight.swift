// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// A request under way: on one connection, or, for a press without an answer, on two.
struct Flight {
    enum Kind {
        /// Events of priority 1, and nothing else.
        case presses
        /// Other events.
        case others
        case status
    }

    let kind: Kind
    /// Empty for a status.
    let events: [QueuedEvent]
    let request: OutgoingRequest
    let began: BootTime
    /// From here on its answer is missing.
    let overdue: BootTime
    /// What it is on; never empty while it is under way.
    var lines: [Line] = []
    /// Whether a second connection may still be tried. Only for presses, and once.
    var mayGoAgain: Bool
    /// Whether a press that began later has its answer already.
    var isOvertaken = false

    init(_ kind: Kind, _ events: [QueuedEvent], _ request: OutgoingRequest, began: BootTime, patience: Duration) {
        self.kind = kind
        self.events = events
        self.request = request
        self.began = began
        overdue = began + patience
        mayGoAgain = kind == .presses
    }

    var ids: [EventID] { events.map(\.id) }

    /// Whether `event` has to wait for this: it tells of an incident that this tells of.
    func comesBefore(_ event: QueuedEvent) -> Bool {
        guard let incident = event.incident else { return false }
        return events.contains { $0.incident == incident }
    }
}
