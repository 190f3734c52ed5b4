// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO
import Glibc
import Testing

@testable import BoothSensing

extension GPIOSimulationTests {
    @Suite("drive outputs that", .serialized)
    struct Outputs {
        @Test("are off at first, driven at once, and off at the end", arguments: [Polarity.high, .low])
        func driven(active: Polarity) throws {
            let chip = try SimulatedChip(lines: ["LAMP", "OTHER"])
            // Unlike off.
            for line in ["LAMP", "OTHER"] { try chip.pull(line, high: active == .high) }
            let under = try lines(of: chip, [output("lamp", "LAMP", active), output("other", "OTHER", active)])
            let on = active == .high
            #expect(under.conditions(of: "gpio:booth-io/LAMP") == [.found])
            #expect(try chip.isHigh("LAMP") == !on)
            under.lines?.drive("lamp", isOn: true)
            #expect(try chip.isHigh("LAMP") == on)
            #expect(try chip.isHigh("OTHER") == !on)
            under.lines?.drive("lamp", isOn: false)
            #expect(try chip.isHigh("LAMP") == !on)
            #expect(under.reports.count == 3)
            under.lines?.drive("lamp", isOn: true)
            under.lines?.stop()
            // Given back: the simulated chip goes back to its pull.
            #expect(try chip.isHigh("LAMP") == (active == .high))
            let free = try GPIOChip(path: "/dev/\(try chip.kernelName())").lines()
            #expect(!free.contains { $0.isUsed })
        }

        @Test("are had beside inputs of the same chip, and named to who asks")
        func besideInputs() throws {
            let chip = try SimulatedChip(lines: ["HELP1", "LAMP"])
            let under = try lines(of: chip, [output("lamp", "LAMP", .low)], [point("help-1", "HELP1")])
            let listed = GPIOChip.list().first { $0.path.hasSuffix("/\((try? chip.kernelName()) ?? "?")") }
            let found = try #require(listed).chip.get()
            #expect(found.label == chip.label)
            #expect(found.lines.map(\.name) == ["HELP1", "LAMP"])
            #expect(found.lines.map(\.consumer) == ["boothd", "boothd"])
            #expect(found.lines.map(\.isOutput) == [false, true])
            #expect(found.lines.map(\.isActiveLow) == [false, true])
            try chip.pull("HELP1", high: true)
            #expect(under.turn { under.readings(of: "help-1").last?.state == .active })
            #expect(try chip.isHigh("LAMP"))
        }

        @Test("are driven as wanted when their line is free again")
        func busy() throws {
            let chip = try SimulatedChip(lines: ["LAMP", "HELP1"])
            let under: LinesUnderTest
            do {
                let other = try GPIOChip(path: "/dev/\(try chip.kernelName())")
                let holder = try other.request([GPIOOutput(offset: 0, isActive: false)], consumer: "gpioset")
                under = try lines(of: chip, [output("lamp", "LAMP")], [point("help-1", "HELP1")])
                under.lines?.drive("lamp", isOn: true)
                #expect(holder.offsets == [0])
                #expect(!(try chip.isHigh("LAMP")))
            }
            guard case .lost(let fault) = under.conditions(of: "gpio:booth-io/LAMP").first else {
                Issue.record("not reported busy: \(under.reports)")
                return
            }
            #expect(fault.code == .busy && fault.message.en.contains("gpioset"))
            #expect(under.readings(of: "help-1").map(\.quality) == [.good])
            under.lines?.tick(at: .now() + .seconds(11))
            #expect(under.conditions(of: "gpio:booth-io/LAMP").last == .found)
            #expect(try chip.isHigh("LAMP"))
        }

        @Test("come back as wanted with a chip that was unplugged, also one that has outputs only")
        func unplugged() throws {
            let chip = try SimulatedChip(lines: ["LAMP"])
            let under = try lines(of: chip, [output("lamp", "LAMP")])
            try chip.unplug()
            #expect(under.turn(limit: .seconds(3)) { under.conditions(of: "gpio:booth-io").count == 2 })
            under.lines?.drive("lamp", isOn: true)
            try chip.plugIn()
            #expect(under.turn(limit: .seconds(5)) { under.conditions(of: "gpio:booth-io").last == .found })
            #expect(under.conditions(of: "gpio:booth-io").count == 3)
            #expect(try chip.isHigh("LAMP"))
        }

        @Test("do not flicker when a line beside them is lost and had again")
        func noFlicker() throws {
            let chip = try SimulatedChip(lines: ["LAMP", "HELP1", "DOOR"])
            let under: LinesUnderTest
            do {
                let other = try GPIOChip(path: "/dev/\(try chip.kernelName())")
                let holder = try other.request([GPIOInput(offset: 1)], consumer: "gpiomon")
                under = try lines(
                    of: chip, [output("lamp", "LAMP")], [point("help-1", "HELP1"), point("door", "DOOR")])
                under.lines?.drive("lamp", isOn: true)
                #expect(holder.offsets == [1])
            }
            // What the line would fall to, were it given back.
            try chip.pull("LAMP", high: false)
            under.lines?.tick(at: .now() + .seconds(11))
            #expect(under.conditions(of: "gpio:booth-io/HELP1").last == .found)
            #expect(try chip.isHigh("LAMP"))
            #expect(under.conditions(of: "gpio:booth-io/LAMP") == [.found])
        }

        @Test("are told from an input that has the same line by another name")
        func claimed() throws {
            let chip = try SimulatedChip(lines: ["LAMP"])
            let point = PointConfiguration(
                id: "help-1", kind: .helpButton, source: .gpio(GPIOSource(chip: "booth-io", line: .offset(0))),
                debounce: .milliseconds(10), classification: nil)
            let under = try lines(of: chip, [output("lamp", "LAMP")], [point])
            guard case .lost(let fault) = under.conditions(of: "gpio:booth-io/LAMP").first else {
                Issue.record("not reported: \(under.reports)")
                return
            }
            #expect(fault.code == .busy && fault.message.en.contains("in the configuration"))
            #expect(under.readings(of: "help-1").map(\.quality) == [.good])
        }

        private func lines(
            of chip: SimulatedChip, _ outputs: [OutputConfiguration], _ points: [PointConfiguration] = []
        ) throws -> LinesUnderTest {
            let configuration = GPIOChipConfiguration(name: "booth-io", chip: .label(chip.label))
            return try LinesUnderTest(chip: configuration, points: points, outputs: outputs)
        }

        private func output(_ id: String, _ line: String, _ active: Polarity = .high) -> OutputConfiguration {
            let sink = GPIOSource(chip: "booth-io", line: .name(line), active: active)
            return OutputConfiguration(id: id, shows: .help, sink: .gpio(sink))
        }

        private func point(_ id: PointID, _ line: String) -> PointConfiguration {
            PointConfiguration(
                id: id, kind: .helpButton, source: .gpio(GPIOSource(chip: "booth-io", line: .name(line))),
                debounce: .milliseconds(10), classification: nil)
        }
    }
}
