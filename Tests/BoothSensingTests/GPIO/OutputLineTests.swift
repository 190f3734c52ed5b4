// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO
import Testing

@testable import BoothSensing

@Suite("Output line")
struct OutputLineTests {
    private let time = BootTime(nanoseconds: 1)

    @Test("is off until it is driven, and asked for as it is to be")
    func wanted() {
        var line = OutputLine(
            id: "lamp", sink: GPIOSource(chip: "io", line: .offset(3), active: .low, bias: .disabled))
        #expect(line.output(at: 3) == GPIOOutput(offset: 3, bias: .disabled, isActiveLow: true, isActive: false))
        line.isOn = true
        #expect(line.output(at: 3).isActive)
    }

    @Test("tells once why it is lost, and that it is found")
    func condition() {
        var line = OutputLine(id: "lamp", sink: GPIOSource(chip: "io", line: .name("LAMP")))
        let busy = DeviceFault(.busy, Message(zh: "", en: "gpioset"))
        #expect(line.lose(busy, at: time).compactMap(\.device?.device) == ["gpio:io/LAMP"])
        #expect(line.lose(busy, at: time).isEmpty)
        #expect(line.hold(at: time).compactMap(\.device?.condition) == [.found])
        line.loseChip()
        #expect(!line.isHeld)
        #expect(line.hold(at: time).isEmpty)
    }
}
