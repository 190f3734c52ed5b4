// SPDX-License-Identifier: Apache-2.0

/// Edges of a point that the kernel lost. The level is known again; what happened in between is not.
package struct MissedEdges: Sendable, Hashable {
    package var point: PointID
    /// How many, as the kernel counted them; nil: it does not count, and some may be missing.
    package var count: UInt64?
    /// When it was noticed.
    package var at: BootTime

    package init(point: PointID, count: UInt64?, at: BootTime) {
        self.point = point
        self.count = count
        self.at = at
    }
}
