// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What was reported of one line: lost, once for each reason, or found.
struct LineCondition {
    let device: DeviceID
    private var told: DeviceReport.Condition?

    init(_ device: DeviceID) {
        self.device = device
    }

    /// Whether the last report said that the line is lost.
    var isLost: Bool {
        if case .lost = told { true } else { false }
    }

    /// The reports to make now that the line is held.
    mutating func find(at time: BootTime) -> [SensorReport] { tell(.found, at: time) }

    /// The reports to make now that the line is unavailable; none if this reason was reported already.
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
