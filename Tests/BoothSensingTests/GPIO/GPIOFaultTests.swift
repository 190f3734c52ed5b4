// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO
import Glibc
import Testing

@testable import BoothSensing

@Suite("GPIO faults")
struct GPIOFaultTests {
    @Test("tell a chip that may not be opened from one that is not there, with the next step")
    func denied() {
        let rooted = DeviceFault(GPIOChipSearchError.denied(path: "/dev/gpiochip0", group: "root"), chip: .label("io"))
        #expect(rooted.code == .denied)
        #expect(rooted.message.en.contains("/dev/gpiochip0 (it may be label:io)"))
        #expect(rooted.message.en.contains("udev rule"))
        let grouped = DeviceFault(GPIOChipSearchError.denied(path: "/dev/gpiochip0", group: "gpio"), chip: .name("x"))
        #expect(grouped.message.en.contains("group gpio; put boothd's user in that group"))
        let missing = DeviceFault(GPIOChipSearchError.missing(labels: ["a", "b"]), chip: .label("io"))
        #expect(missing.code == .missing)
        #expect(missing.message.zh.contains("a、b") && missing.message.en.contains("a, b"))
    }

    @Test("list as many names as can be read")
    func longList() {
        let names = (0..<100).map { "L\($0)" }
        let fault = DeviceFault(.missing(names: names, lineCount: 100), line: .name("HELP"), chip: .label("io"))
        #expect(fault.message.en.contains("L23, …") && !fault.message.en.contains("L24"))
    }

    @Test("name the holder of a line, and say of one of our own that it may be ending")
    func busy() {
        let other = DeviceFault(.busy(consumer: "gpiomon"), line: .name("HELP1"), chip: .label("io"))
        #expect(other.code == .busy)
        #expect(other.message.en.contains("HELP1 is held by gpiomon") && other.message.zh.contains("被 gpiomon 占用"))
        #expect(other.message.en.contains("every 10 s"))
        let own = DeviceFault(.busy(consumer: "boothd"), line: .name("HELP1"), chip: .label("io"))
        #expect(own.message.en.contains("another boothd, perhaps the former one"))
        let twice = DeviceFault(.claimed, line: .offset(0), chip: .label("io"))
        #expect(twice.code == .busy && twice.message.en.contains("in the configuration"))
    }

    @Test("name the bias that is refused")
    func bias() {
        let error = GPIOError(.requestLines, code: EINVAL)
        let fault = DeviceFault(.unbiased(.pullUp, error), line: .name("HELP1"), chip: .label("io"))
        #expect(fault.code == .refused)
        #expect(fault.message.en.contains("bias pull-up of line HELP1") && fault.message.zh.contains("pull-up"))
    }

    @Test("name the kernel's reason when a line is refused")
    func refused() {
        let error = GPIOError(.requestLines, code: ENXIO)
        let fault = DeviceFault(.failed(error), line: .offset(7), chip: .label("io"))
        #expect(fault.code == .refused)
        #expect(fault.message.en.contains("line 7") && fault.message.en.contains("No such device or address"))
    }
}
