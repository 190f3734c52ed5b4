// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What was told of one line: that it is lost, once for each reason, and that it is found.
struct LineCondition {
    let device: DeviceID
    private var told: DeviceReport.Condition?

    init(_ device: DeviceID) {
        self.device = device
    }

    /// Whether the last word was that it is lost.
    var isLost: Bool {
        if case .lost = told { true } else { false }
    }

    /// What there is to tell now that the line is held.
    mutating func find(at time: BootTime) -> [SensorReport] { tell(.found, at: time) }

    /// What there is to tell now that the line cannot be had; nothing where the reason is the one that was told.
    mutating func lose(_ fault: DeviceFault, at time: BootTime) -> [SensorReport] {
        if case .lost(let before) = told, before.code == fault.code { return [] }
        return tell(.lost(fault), at: time)
    }

    private mutating func tell(_ condition: DeviceReport.Condition, at time: BootTime) -> [SensorReport] {
        guard condition != told else { return [] }
        told = condition
        return [.device(DeviceReport(device: device, condition: condition, at: time))]
    }
}
