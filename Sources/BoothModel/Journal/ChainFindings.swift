// SPDX-License-Identifier: Apache-2.0

/// What a check of the chain of events found.
package struct ChainFindings: Sendable, Hashable {
    package enum Problem: String, Sendable, Hashable, CaseIterable {
        /// The event is not what was recorded.
        case changed
        /// Events are missing that the journal did not thin out.
        case missing
        /// A daily report told the platforms another hash of this event.
        case contradicted
        /// The part of the file that holds it cannot be read.
        case unreadable
    }

    /// An event that was checked.
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

    /// The oldest event that was checked; nil: there was none.
    package var oldest: Place?
    /// The newest event that was checked; nil: there was none.
    package var newest: Place?
    /// The number of the newest event that is intact, and the hash that covers it and all before it.
    package var head = ChainHead(head: String(repeating: "0", count: 64), events: 0)
    /// How many events were checked.
    package var checked: Int64 = 0
    /// How many chain heads of daily reports match the chain.
    package var reports: Int64 = 0
    /// The newest head that matches, as the platforms have it; nil: there was none.
    package var reported: ChainHead?
    /// The first problem found; nil: there is none.
    package var problem: Problem?
    /// The number of the event that is wrong or missing.
    package var at: Int64?

    package init() {}
}
