// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One request's content: events or a status.
struct Shipment {
    /// Identifies a shipment among those of its target.
    typealias Number = Int

    enum Content {
        /// One or more; never more than the platform's `max_batch`.
        case events([QueuedEvent])
        /// A status, as a CloudEvent.
        case status(EventID, body: String)
    }

    enum Way {
        /// For presses only: use any open and free connection. After `overdue` it may be sent once more on another
        /// connection, because the first may be dead. Its id makes a second copy harmless.
        case press
        /// For everything else. `keepsSpare`: another connection must stay open and free for a press.
        case ordinary(keepsSpare: Bool)
    }

    let number: Number
    let content: Content
    let way: Way
    let began: BootTime
    /// After this time the answer counts as missing.
    let overdue: BootTime

    /// Empty for a status.
    var events: [QueuedEvent] {
        switch content {
        case .events(let events): events
        case .status: []
        }
    }
}

struct TaskQuestion {
    /// The cursor of the last tasks received; nil: none yet.
    var cursor: String?
    /// How long the platform may hold the request while it has no tasks.
    var wait: Duration
}
