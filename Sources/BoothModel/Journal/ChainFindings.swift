// SPDX-License-Identifier: Apache-2.0

/// What a walk along the chain of events found.
package struct ChainFindings: Sendable, Hashable {
    package enum Problem: String, Sendable, Hashable, CaseIterable {
        /// The event is not what was recorded.
        case changed
        /// Events are missing that were not thinned.
        case missing
        /// A daily report told the platforms of another hash of this event.
        case contradicted
        /// The part of the file that holds it cannot be read.
        case unreadable
    }

    /// An event that the walk came by.
    package struct Place: Sendable, Hashable {
        /// From 1, in the order of recording.
        package var number: Int64
        /// When its id was made.
        package var time: WallTime

        package init(number: Int64, time: WallTime) {
            self.number = number
            self.time = time
        }
    }

    /// The oldest event looked at; nil where there was none.
    package var oldest: Place?
    /// The newest one; nil where there was none.
    package var newest: Place?
    /// The number of the newest event that is well, and the hash that covers it and all before it.
    package var head = ChainHead(head: String(repeating: "0", count: 64), events: 0)
    /// How many events were looked at.
    package var checked: Int64 = 0
    /// How many heads that daily reports told are those of the chain.
    package var reports: Int64 = 0
    /// The newest of them, as the platforms have it; nil where there was none.
    package var reported: ChainHead?
    /// What is wrong first; nil: nothing is.
    package var problem: Problem?
    /// The number of the event that is wrong or missing.
    package var at: Int64?

    package init() {}
}
