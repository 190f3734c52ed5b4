// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import TestSupport
import Testing

@testable import BoothDoctor

@Suite("Modbus buses and units")
struct BusTests {
    private static func counters(_ change: (inout UnitCounters) -> Void) -> UnitCounters {
        var unit = UnitCounters(bus: "inside", unit: 1)
        (unit.state, unit.requests) = (.answering, 10_000)
        (unit.roundTripP50, unit.roundTripP99) = (15, 18.25)
        change(&unit)
        return unit
    }

    /// What is found of the bus where the agent tells of these units and faults.
    private static func findings(
        _ units: [UnitCounters], faults: [StatusReply.Fault] = [], more: String = "", points: [PointStatus] = []
    ) throws -> [Finding] {
        BusChecks.findings(in: try booth(units, faults: faults, more: more, points: points))
    }

    private static func booth(
        _ units: [UnitCounters], faults: [StatusReply.Fault] = [], more: String = "", points: [PointStatus] = []
    ) throws -> Circumstances {
        let machine = try PreparedMachine()
        try machine.configure(more: more)
        let status = StatusReply(
            booth: "B0001", name: "x", state: .inService, inService: true, reasons: [], bootID: "b", version: "1",
            uptimeSeconds: 1, clock: .synced, storage: .init(state: .ok, bytes: 0, limit: 1), points: points, open: 0,
            targets: [], faults: faults)
        let contact = AgentContact(
            status: .success(status), credentials: nil, points: PointsReply(points: points, units: units))
        return Circumstances(
            system: machine.system, configurationPath: machine.configuration, stateDirectory: "/var/lib/boothd",
            socket: "/none", agent: contact)
    }

    // Not among the test's arguments: Swift 6.0.3 fails on a closure there.
    private static let judgements: [(UnitCounters, Finding.Level, String, String)] = [
        (counters { $0.crc = 10 }, .ok, "10000 requests", ""),
        (counters { $0.crc = 11 }, .warning, "0.11%", "120 ohm"),
        (counters { $0.crc = 100 }, .warning, "1.0%", "120 ohm"),
        (counters { $0.crc = 101 }, .failure, "1.0%", "A and B"),
        (counters { $0.timeouts = 100 }, .ok, "round trip p99 18.2", ""),
        (counters { $0.timeouts = 500 }, .warning, "5.0%", "modbus.inside.unit.1"),
        (counters { $0.timeouts = 2000 }, .failure, "20.0%", "response-timeout"),
        (counters { $0.exceptions = 5000 }, .warning, "50.0%", "modbus read inside 1 discrete-input 0"),
        (counters { $0.state = .silent }, .failure, "does not answer", "modbus scan inside"),
        (counters { $0.requests = 0 }, .warning, "not asked yet", "look again"),
        (counters { ($0.requests, $0.crc) = (100, 50) }, .ok, "50 broken", ""),
    ]

    @Test("judges a unit by its counters, each with the next step", arguments: judgements)
    func units(unit: UnitCounters, level: Finding.Level, says: String, next: String) throws {
        let findings = try Self.findings([unit])
        #expect(findings.count == 1 && findings[0].level == level && findings[0].subject == "inside/1", "\(findings)")
        #expect(findings[0].message.en.contains(says), "\(findings)")
        #expect((findings[0].next?.en ?? "").contains(next) && (findings[0].next == nil) == next.isEmpty)
    }

    @Test("names an adapter's echo, and who has a bus that is lent")
    func faults() throws {
        let fault = {
            StatusReply.Fault(device: .bus("inside"), DeviceFault($0, Message(zh: "甲", en: "lent to process 7")))
        }
        let echo = try Self.findings([Self.counters { _ in }], faults: [fault(.echo)])
        #expect(echo[0].level == .failure && echo[0].message.en.contains("local echo"))
        let lent = try Self.findings([Self.counters { _ in }], faults: [fault(.lent)])
        #expect(lent[0].level == .warning && lent[0].message.en == "lent to process 7")
    }

    @Test("gives the agent's own word and next step for a unit that it has a fault of, and no guess")
    func faultOfUnit() throws {
        let silent = Self.counters { $0.state = .silent }
        let message = Message(zh: "校验寄存器为 7，应为 2；请核对地址", en: "the guard reads 7 and not 2; check the address")
        let fault = StatusReply.Fault(device: .unit(1, of: "inside"), DeviceFault(.implausible, message))
        let findings = try Self.findings([silent], faults: [fault])
        #expect(findings.map(\.message.en) == ["the guard reads 7 and not 2"], "\(findings)")
        #expect(findings[0].message.zh == "校验寄存器为 7，应为 2" && findings[0].subject == "inside/1")
        let next = try #require(findings[0].next)
        #expect(next.en.hasPrefix("check the address; ") && next.en.contains("scan inside --units 1"))
    }

    @Test("names a lamp and an address that are a fault, in the place of the unit's good figures")
    func faultsOnUnit() throws {
        let lamp =
            "http = { url = \"http://127.0.0.1:8080\" }\n\n[[output]]\nid = \"help-lamp\"\nshows = \"help\"\n"
            + "modbus = { bus = \"inside\", unit = 1, table = \"coil\", address = 0 }\n"
        let fault = { (device: DeviceID) in
            StatusReply.Fault(
                device: device, DeviceFault(.refused, Message(zh: "被拒；查手册", en: "refused; see the manual")))
        }
        let findings = try Self.findings(
            [Self.counters { _ in }], faults: [fault(.output("help-lamp")), fault(.address(of: "room-door"))],
            more: lamp)
        #expect(findings.map(\.subject) == ["room-door", "help-lamp"], "\(findings)")
        #expect(findings.allSatisfy { $0.level == .failure && $0.next?.en == "see the manual" })
    }

    @Test("warns of a button that is polled, unless the unit counts its presses")
    func buttons() throws {
        let target =
            "http = { url = \"http://127.0.0.1:8080\" }\n\n[[point]]\nid = \"help-2\"\nkind = \"help-button\"\n"
        let polled = target + "modbus = { bus = \"inside\", unit = 1, table = \"discrete-input\", address = 3 }\n"
        let counted =
            target
            + "modbus = { bus = \"inside\", unit = 1, table = \"input-register\", address = 3, counter = true }\n"
        let warned = try Self.findings([Self.counters { _ in }], more: polled)
        #expect(warned.map(\.level) == [.ok, .warning] && warned[1].subject == "help-2")
        #expect(
            warned[1].message.en.contains("shorter than the poll")
                && warned[1].next?.en.contains("counter = true") == true)
        #expect(try Self.findings([Self.counters { _ in }], more: counted).map(\.level) == [.ok])
    }

    @Test("names points that nobody has tried for long, each where it is wired")
    func untested() throws {
        let line = PointConfiguration(
            id: "help-1", kind: .helpButton, source: .gpio(GPIOSource(chip: "booth-io", line: .offset(1))),
            debounce: .zero, classification: nil)
        let input = PointConfiguration(
            id: "box", kind: .tamper,
            source: .modbus(
                ModbusSource(bus: "inside", unit: 1, table: .discreteInput, address: 0, poll: .seconds(1))),
            debounce: .zero, classification: nil)
        let points = [line, input].map { PointStatus($0, reading: nil, since: nil, untested: true) }
        let box = """

            [[point]]
            id = "box"
            kind = "tamper"
            modbus = { bus = "inside", unit = 1, table = "discrete-input", address = 0 }
            """
        let findings = try Self.findings([Self.counters { _ in }], more: box, points: points)
        #expect(findings.map(\.level) == [.ok, .warning] && findings[1].subject == "box")
        let lines = try UntestedPoints.findings(of: .gpio, in: Self.booth([], more: box, points: points))
        #expect(lines.map(\.subject) == ["help-1"] && lines.map(\.area) == [.gpio])
    }

    @Test("looks at lines that nobody has tried without looking at a bus")
    func untestedLines() throws {
        let line = PointConfiguration(
            id: "help-1", kind: .helpButton, source: .gpio(GPIOSource(chip: "booth-io", line: .offset(1))),
            debounce: .zero, classification: nil)
        let point = PointStatus(line, reading: nil, since: nil, untested: true)
        let booth = try Self.booth([], points: [point])
        #expect(ChipChecks.findings(in: booth).filter { $0.level == .warning }.map(\.subject) == ["help-1"])
    }

    @Test("without an agent there are no counters, and the next step is a scan")
    func noAgent() throws {
        let machine = try PreparedMachine()
        try machine.configure()
        let findings = BusChecks.findings(in: machine.circumstances(.failure(.notRunning(path: "/x"))))
        #expect(findings.map(\.level) == [.warning] && findings[0].next?.en.contains("modbus scan") == true)
    }

    @Test("one read shows whether a line echoes", arguments: [true, false])
    func echo(echoes: Bool) throws {
        let serial = try SerialBus([.waveshare(1, baud: B9600)], echoes: echoes)
        let bus = ModbusBusConfiguration(
            name: "inside", transport: .serial(path: serial.path, baud: 9600, parity: .none, stopBits: 1),
            responseTimeout: .milliseconds(500))
        #expect(EchoCheck.hasEcho(bus, 1) == echoes)
        #expect(serial.requests.allSatisfy { (1...4).contains($0[1]) })
    }
}
