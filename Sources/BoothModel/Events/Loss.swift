// SPDX-License-Identifier: Apache-2.0

/// Events for a target that were lost, or may have been: the content of `cn.boothd.loss.v1`.
package struct Loss: Sendable, Hashable, Codable {
    /// How they were lost.
    package enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        /// The journal could not be read, wholly or in part.
        case damaged
        /// The journal is gone, was cut, or is an older copy.
        case missing
        /// They were held in memory while the disk refused, and memory is gone.
        case memory
        /// There was no room for them.
        case overflow
    }

    package var reason: Reason
    /// The first sequence that may be lost, 20 digits; nil: not known.
    package var from: String?
    /// The last sequence that may be lost, 20 digits; nil: not known.
    package var to: String?
    /// How many events, by category of their incident (`help`, `power`). Events without an incident count as `task`,
    /// `report` or `other`. Nil: not known.
    package var count: [String: Int]?

    package init(reason: Reason, from: String? = nil, to: String? = nil, count: [String: Int]? = nil) {
        self.reason = reason
        self.from = from
        self.to = to
        self.count = count
    }
}
