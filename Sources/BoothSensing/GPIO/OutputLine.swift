// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// One line that drives a lamp: what it is to be, whether or not it can be had now.
///
/// Pure.
struct OutputLine {
    /// The output's.
    let id: String
    let selector: GPIOLineSelector
    /// What it is to be; off until somebody says otherwise.
    var isOn = false
    /// Whether this process holds the line now.
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

    /// The line with what it is to be from the first instant on.
    func output(at offset: Int) -> GPIOOutput {
        GPIOOutput(offset: offset, bias: bias, isActiveLow: isActiveLow, isActive: isOn)
    }

    mutating func hold(at time: BootTime) -> [SensorReport] {
        isHeld = true
        return condition.find(at: time)
    }

    /// The line cannot be held; told once for each reason.
    mutating func lose(_ fault: DeviceFault, at time: BootTime) -> [SensorReport] {
        isHeld = false
        return condition.lose(fault, at: time)
    }

    /// Its chip is gone, which is told of the chip.
    mutating func loseChip() {
        isHeld = false
    }
}
