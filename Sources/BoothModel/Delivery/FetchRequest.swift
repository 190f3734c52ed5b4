// SPDX-License-Identifier: Apache-2.0

/// A target's thread asks for events that it can send. A newer request replaces the one before.
package struct FetchRequest: Sendable, Hashable {
    /// Given back with the batch. A batch whose number is not that of the last request must be dropped.
    package var number: Int
    /// Most events of the batch, 1 or more.
    package var limit: Int
    /// While backing off: only events of priority 1 that are newer than this one; nil: the first events of the queue.
    package var onlyHelpAfter: EventID?
    /// Events to leave out: the platform has taken them, and their receipts are on the way. A thousand or so at most.
    package var except: Set<EventID>

    package init(number: Int, limit: Int, onlyHelpAfter: EventID? = nil, except: Set<EventID> = []) {
        self.number = number
        self.limit = limit
        self.onlyHelpAfter = onlyHelpAfter
        self.except = except
    }
}
