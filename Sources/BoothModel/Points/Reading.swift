// SPDX-License-Identifier: Apache-2.0

/// The known state of a point, from one instant on.
package struct Reading: Sendable, Hashable, Codable {
    package var point: PointID
    package var state: PointState
    /// The bit or register as read, before `active` is applied; nil: nothing was ever read.
    package var value: Int?
    package var quality: Quality
    /// When it changed, as exactly as the source can tell: for a GPIO edge the kernel's stamp, for a register its
    /// answer.
    package var at: BootTime

    package init(point: PointID, state: PointState, value: Int?, quality: Quality, at: BootTime) {
        self.point = point
        self.state = state
        self.value = value
        self.quality = quality
        self.at = at
    }
}
