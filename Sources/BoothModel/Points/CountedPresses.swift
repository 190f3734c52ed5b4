// SPDX-License-Identifier: Apache-2.0

/// Activations that a unit counted for the agent. Each was a whole press: active, and normal again.
package struct CountedPresses: Sendable, Hashable {
    package var point: PointID
    /// How many since the last report, 1 or more.
    package var count: Int
    /// The counter as read, 0...65535.
    package var value: Int
    /// When the unit reported them.
    package var at: BootTime

    package init(point: PointID, count: Int, value: Int, at: BootTime) {
        self.point = point
        self.count = count
        self.value = value
        self.at = at
    }
}
