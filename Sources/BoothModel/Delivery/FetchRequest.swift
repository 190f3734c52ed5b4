// SPDX-License-Identifier: Apache-2.0

/// What a target's thread is ready to send. Its newest request replaces the one before.
package struct FetchRequest: Sendable, Hashable {
    /// Given back with the batch; a batch with another number than the last asked is to be dropped.
    package var number: Int
    /// Most events of the batch, 1 or more.
    package var limit: Int
    /// While backing off: only events of priority 1 that are newer than this one; nil: whatever is first.
    package var onlyHelpAfter: EventID?
    /// Never these: taken by the platform, their receipts on the way. A thousand or so at most.
    package var except: Set<EventID>

    package init(number: Int, limit: Int, onlyHelpAfter: EventID? = nil, except: Set<EventID> = []) {
        self.number = number
        self.limit = limit
        self.onlyHelpAfter = onlyHelpAfter
        self.except = except
    }
}
