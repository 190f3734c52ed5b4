// SPDX-License-Identifier: Apache-2.0

/// A device was lost or found. The points on it become stale or good with it.
package struct DeviceReport: Sendable, Hashable {
    /// What became of it.
    package enum Condition: Sendable, Hashable {
        case found
        case lost(DeviceFault)
    }

    package var device: DeviceID
    package var condition: Condition
    package var at: BootTime

    package init(device: DeviceID, condition: Condition, at: BootTime) {
        self.device = device
        self.condition = condition
        self.at = at
    }
}
