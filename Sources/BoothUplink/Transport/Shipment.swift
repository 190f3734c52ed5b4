// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What goes to a platform at one time.
struct Shipment {
    /// Tells one from the others of its target.
    typealias Number = Int

    enum Content {
        /// One or more; never more than the platform offered to take at once.
        case events([QueuedEvent])
        /// A status, as a CloudEvent.
        case status(EventID, body: String)
    }

    enum Way {
        /// For events of priority 1, and nothing else: by whatever is open and free. From `overdue` on it may be sent
        /// once more by another way, since its own may have died unseen. Its id makes that harmless.
        case press
        /// For all else. `keepsSpare`: another way is to be open and free for a press meanwhile.
        case ordinary(keepsSpare: Bool)
    }

    let number: Number
    let content: Content
    let way: Way
    let began: BootTime
    /// From here on its answer is missing.
    let overdue: BootTime

    /// Empty for a status.
    var events: [QueuedEvent] {
        switch content {
        case .events(let events): events
        case .status: []
        }
    }
}

/// A question for tasks.
struct TaskQuestion {
    /// How far the tasks were taken; nil: nothing was.
    var cursor: String?
    /// How long the platform may leave it without an answer while it has no task.
    var wait: Duration
}
