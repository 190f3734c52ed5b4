// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// One line that drives a lamp. Keeps the wanted value, even while the line is unavailable.
///
/// Pure.
struct OutputLine {
    let id: String
    let selector: GPIOLineSelector
    /// The wanted value; off until `drive`.
    var isOn = false
    private(set) var isHeld = false

    private let bias: GPIOBias
    private let isActiveLow: Bool
    private var condition: LineCondition

    init(id: String, sink: GPIOSource) {
        self.id = id
        selector = GPIOLineSelector(sink.line)
        bias = GPIOBias(sink.bias)
        isActiveLow = sink.active == .low
        condition = LineCondition(.line(sink.line.description, of: sink.chip))
    }

    /// The line's settings, with the wanted value as its first value.
    func output(at offset: Int) -> GPIOOutput {
        GPIOOutput(offset: offset, bias: bias, isActiveLow: isActiveLow, isActive: isOn)
    }

    mutating func hold(at time: BootTime) -> [SensorReport] {
        isHeld = true
        return condition.find(at: time)
    }

    /// Notes that the line cannot be held; reports it once for each reason.
    mutating func lose(_ fault: DeviceFault, at time: BootTime) -> [SensorReport] {
        isHeld = false
        return condition.lose(fault, at: time)
    }

    /// Notes that its chip is gone. The chip's report covers the line.
    mutating func loseChip() {
        isHeld = false
    }
}
