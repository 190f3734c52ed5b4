// SPDX-License-Identifier: Apache-2.0

/// The answer to `Verify`: whether the journal is what was recorded.
package struct VerifyReply: Codable, Sendable, Hashable {
    /// An event that was checked.
    package struct Place: Codable, Sendable, Hashable {
        /// Its number, from 1 in the order of recording.
        package var event: Int64
        /// When it was made, RFC 3339.
        package var time: String

        package init(event: Int64, time: String) {
            self.event = event
            self.time = time
        }
    }

    /// What is wrong.
    package enum Problem: String, Codable, Sendable, CaseIterable {
        /// The event is not what was recorded.
        case changed
        /// The event is missing, and was not thinned.
        case missing
        /// A daily report told the platforms another hash of the event.
        case contradicted
        /// The part of the file that holds the event cannot be read.
        case unreadable
    }

    /// Whether the whole journal was checked; false: only what came since the last daily report.
    package var full: Bool
    /// Whether everything that was checked is what was recorded.
    package var intact: Bool
    /// The first problem found.
    @Nullable package var problem: Problem?
    /// The number of the event that has this problem.
    @Nullable package var at: Int64?
    @Nullable package var oldest: Place?
    @Nullable package var newest: Place?
    /// How many events were checked.
    package var checked: Int64
    /// The newest event that is intact: its number, and the hash that covers it and all before it.
    package var head: ChainHead
    /// How many chain heads of daily reports match the chain.
    package var reports: Int64
    /// The newest head that matches.
    @Nullable package var reported: ChainHead?

    package init(
        full: Bool, problem: Problem? = nil, at: Int64? = nil, oldest: Place?, newest: Place?, checked: Int64,
        head: ChainHead, reports: Int64, reported: ChainHead?
    ) {
        self.full = full
        intact = problem == nil
        self.problem = problem
        self.at = at
        self.oldest = oldest
        self.newest = newest
        self.checked = checked
        self.head = head
        self.reports = reports
        self.reported = reported
    }
}
