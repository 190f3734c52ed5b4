// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothSensing
import Glibc
import Testing

@Suite("GPIO inputs without a chip")
struct MissingChipTests {
    private let chip = GPIOChipConfiguration(name: "booth-io", chip: .label("no-such-chip"))
    private let point = PointConfiguration(
        id: "help-1", kind: .helpButton, source: .gpio(GPIOSource(chip: "booth-io", line: .name("HELP1"))),
        debounce: .milliseconds(10), classification: nil)

    @Test("tell once that the chip is missing and the points unknown")
    func toldOnce() throws {
        try inTemporaryDirectory { directory in
            let under = try LinesUnderTest(chip: chip, points: [point], directory: directory)
            for seconds in 1...100 { under.lines?.tick(at: .now() + .seconds(seconds)) }
            #expect(under.reports.count == 2)
            let report = try #require(under.reports.first?.device)
            #expect(report.device == "gpio:booth-io")
            guard case .lost(let fault) = report.condition else {
                Issue.record("found a chip that is not there")
                return
            }
            #expect(fault.code == .missing)
            #expect(fault.message.en.contains("label:no-such-chip"))
            let reading = try #require(under.reports.last?.reading)
            #expect(reading.state == .unknown && reading.value == nil && reading.quality == .stale)
        }
    }

    @Test("look again after ten seconds, and at once when a device file appears")
    func looksAgain() throws {
        try inTemporaryDirectory { directory in
            let under = try LinesUnderTest(chip: chip, points: [point], directory: directory)
            let slow = try #require(under.lines?.nextDeadline)
            #expect(slow - .now() > .seconds(9))
            let path = "\(directory)/gpiochip4"
            close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
            defer { unlink(path) }
            under.turnOnce()
            let soon = try #require(under.lines?.nextDeadline)
            #expect(soon - .now() < .seconds(1))
        }
    }

    @Test("look for a chip that has outputs only, and remember what they are to be")
    func outputsOnly() throws {
        try inTemporaryDirectory { directory in
            let sink = OutputConfiguration.Sink.gpio(GPIOSource(chip: "booth-io", line: .name("LAMP")))
            let lamp = OutputConfiguration(id: "lamp", shows: .help, sink: sink)
            let under = try LinesUnderTest(chip: chip, outputs: [lamp], directory: directory)
            under.lines?.drive("lamp", isOn: true)
            under.lines?.drive("no-such-output", isOn: true)
            #expect(under.reports.count == 1)
            #expect(under.conditions(of: "gpio:booth-io").count == 1)
            under.lines?.stop()
        }
    }

    @Test("leave chips without points alone")
    func noPoints() throws {
        let under = try LinesUnderTest(chip: chip, points: [])
        #expect(under.reports.isEmpty)
        #expect(under.lines?.nextDeadline == nil)
    }

    private func inTemporaryDirectory(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/missing-chip-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { rmdir(directory) }
        try body(directory)
    }
}
