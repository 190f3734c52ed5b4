// SPDX-License-Identifier: Apache-2.0

/// What a point is known to be, from one instant on.
package struct Reading: Sendable, Hashable, Codable {
    package var point: PointID
    package var state: PointState
    /// The bit or register as read, before `active`; nil where nothing was ever read.
    package var value: Int?
    package var quality: Quality
    /// When it changed, as near as its source can tell: a GPIO edge by the kernel's stamp, a register by its answer.
    package var at: BootTime

    package init(point: PointID, state: PointState, value: Int?, quality: Quality, at: BootTime) {
        self.point = point
        self.state = state
        self.value = value
        self.quality = quality
        self.at = at
    }
}
