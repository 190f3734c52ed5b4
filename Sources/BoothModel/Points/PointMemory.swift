// SPDX-License-Identifier: Apache-2.0

/// What a restart must know of a point.
package struct PointMemory: Sendable, Hashable, Codable {
    package let point: PointID
    /// The last state that was believed.
    package var state: PointState
    package var since: Stamp
    /// The last edge of a letter falling in.
    package var lastEdge: Stamp?
    /// The incident that its next activation or its return to normal may belong to.
    package var incident: EventID?

    package init(point: PointID, state: PointState, since: Stamp) {
        self.point = point
        self.state = state
        self.since = since
    }
}
