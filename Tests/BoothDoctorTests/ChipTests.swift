// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO
import Glibc
import Testing

@testable import BoothDoctor

@Suite("Chips and lines")
struct ChipTests {
    private static let chip = ListedChip.Chip(
        name: "gpiochip0", label: "booth-io",
        lines: [
            GPIOLineInfo(offset: 0, name: "HELP1", isUsed: false, consumer: nil, isOutput: false),
            GPIOLineInfo(offset: 1, name: "DOOR", isUsed: true, consumer: "gpiomon", isOutput: false),
            GPIOLineInfo(offset: 2, name: nil, isUsed: true, consumer: "sysfs", isOutput: true),
            GPIOLineInfo(offset: 3, name: "HELP3", isUsed: true, consumer: "boothd", isOutput: false),
        ])
    private let machine: PreparedMachine

    init() throws {
        machine = try PreparedMachine()
        try machine.configure()
    }

    private func look(_ line: GPIOSource.Line, in booth: Circumstances? = nil) -> Finding {
        LineChecks.finding(
            ConfiguredChip.Line(line: line, user: "help-1"), of: "booth-io", Self.chip,
            in: booth ?? machine.circumstances())
    }

    @Test("a chip that is not there comes with the labels that are")
    func missing() throws {
        let found = machine.findings(.gpio)
        #expect(found.map(\.level) == [.failure])
        #expect(found[0].message.en == "no chip label:booth-io; labels present: none")
        #expect(found[0].message.zh.contains("找不到芯片") && found[0].next?.zh.contains("boothctl gpio") == true)
    }

    @Test("a device file that cannot be opened may be the chip that seems to be missing")
    func closed() throws {
        try machine.write("", to: "/dev/gpiochip3")
        let found = machine.findings(.gpio)
        #expect(found.map(\.level) == [.failure], "\(found)")
        #expect(found[0].message.en.contains("/dev/gpiochip3 (it may be label:booth-io) cannot be opened"), "\(found)")
        let listing = GPIOListing(system: machine.system, configuration: machine.configuration)
        #expect(listing.chips.map(\.path) == ["/dev/gpiochip3"] && listing.chips[0].obstacle != nil)
        #expect(listing.notes.map(\.en) == ["[gpio.booth-io] label:booth-io of the configuration is not among them"])
        #expect(listing.json.hasPrefix(#"{"chips":[{"error":"cannot be opened"#))
        #expect(listing.json.hasSuffix(#""label":null,"lines":[],"name":null,"path":"/dev/gpiochip3"}]}"#))
    }

    @Test("a line is free, or its holder is named with how it lets go")
    func lines() throws {
        #expect(look(.name("HELP1")).level == .ok)
        #expect(look(.offset(0)).level == .ok)
        let exported = look(.offset(2))
        #expect(exported.level == .failure && exported.next?.en.contains("unexport") == true)
        try machine.write("gpiomon\n", to: "/proc/812/comm")
        try machine.link("/proc/812/fd/4", to: "anon_inode:gpio-line")
        let held = look(.name("DOOR"))
        #expect(
            held.level == .failure
                && held.message.en.contains("held by \"gpiomon\"; programs with lines: gpiomon (812)"))
        #expect(held.next?.en.contains("kill 812") == true)
    }

    @Test("the agent's line is right also where the agent cannot be asked: barred, or with its socket elsewhere")
    func unaskedAgent() throws {
        let denied = look(.name("HELP3"), in: machine.circumstances(.failure(.denied(path: "/run/boothd/control"))))
        #expect(denied.level == .ok && denied.message.en == "help-1: held by boothd", "\(denied)")
        try machine.runAgent("--control-socket", "/run/other", holding: "anon_inode:gpio-line")
        #expect(look(.name("HELP3")).level == .ok)
    }

    @Test("the line of an agent with another configuration is not the booth's, and nobody is told to end that")
    func otherAgent() throws {
        try machine.runAgent("--config=/home/anna/rehearsal.toml", holding: "anon_inode:gpio-line")
        let found = look(.name("HELP3"))
        #expect(found.level == .failure && found.message.en.contains("boothd (611)"), "\(found)")
        #expect(found.next?.en.contains("systemctl status boothd") == true)
        #expect(found.next?.en.contains("kill") == false && found.next?.zh.contains("kill") == false)
    }

    @Test("a line that is not there comes with those that are")
    func missingLine() {
        let found = look(.name("HELP2"))
        #expect(found.level == .failure && found.message.en.contains("of 4, named: HELP1, DOOR, HELP3"))
    }
}
