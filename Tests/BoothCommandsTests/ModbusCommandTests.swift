// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothControl
import BoothModel
import FoundationEssentials
import Glibc
import Modbus
import Rehearsal
import SimulatedBoard
import TestSupport
import Testing

@testable import BoothCommands
@testable import BoothScan

@Suite struct ModbusCommandTests {
    /// A booth's configuration with a line and a gateway, and no agent.
    private final class Booth {
        let workspace: Workspace
        let text: String
        var file: String { workspace.file("boothd.toml") }

        init(serial: String = "/dev/booth-none", tcpPort: UInt16 = 1) throws {
            workspace = try Workspace(named: "modbus")
            var text = BoothConfigurationText()
            text.modbus("inside", serial: serial)
            text.modbus("cabinet", tcpPort: tcpPort, lines: ["response-timeout = \"2s\""])
            text.point("door", kind: "street-door", bus: "cabinet", address: 0)
            text.plainTarget("police", accepts: ["police", "fault"], port: 8080)
            self.text = text.text
            try workspace.write(text.text, to: "boothd.toml")
        }

        func run(_ arguments: String..., interruption: CInt? = nil) throws -> CommandBench.Outcome {
            try CommandBench.run(
                ["modbus"] + arguments + ["--config", file], socket: workspace.file("control"),
                interruption: interruption)
        }
    }

    private struct Scan: Decodable {
        struct Unit: Decodable {
            var unit: Int
            var baud: Int?
            var parity: String?
            var profile: String?
            var title: String?
            var evidence: String
        }
        var units: [Unit]
        var complete: Bool
    }

    // MARK: Read

    @Test("reads through the agent, in decimal, hexadecimal and bits")
    func readThroughAgent() throws {
        let bench = try CommandBench()
        let outcome = try bench.run("modbus", "read", "inside", "1", "input-register", "0x0A", "2")
        #expect(
            outcome.output == """
                ADDRESS  HEX     VALUE  HEX VALUE  BITS 15...0
                     10  0x000A    261  0x0105     0000 0001 0000 0101
                     11  0x000B    262  0x0106     0000 0001 0000 0110

                """)
        #expect(outcome.code == .done && outcome.errors == "")
        #expect(try bench.run("modbus", "read", "inside", "1", "coil", "0", "--json").output == "{\"values\":[261]}\n")
        let refused = try bench.run("modbus", "read", "inside", "1", "coil", "9")
        #expect(refused.code == .failed && refused.output == "")
        #expect(refused.errors.contains("exception 2") && refused.errors.contains("no such address"))
    }

    @Test("reads from the bus itself where no agent runs")
    func readAlone() throws {
        let board = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: 0))
        defer { board.stop() }
        try board.command("set unit 1 holding-register 7 48879")
        let booth = try Booth(tcpPort: board.port)
        #expect(
            try booth.run("read", "cabinet", "1", "holding-register", "7", "--json").output == "{\"values\":[48879]}\n")
        let refused = try booth.run("read", "cabinet", "1", "holding-register", "5000")
        #expect(refused.code == .failed && refused.errors.contains("exception 2"))
        #expect(board.requests().allSatisfy { $0.function == 3 })
        let unknown = try booth.run("read", "other", "1", "coil", "0")
        #expect(unknown.code == .usage && unknown.errors.contains("there are: inside, cabinet"))
        #expect(try booth.run("read", "inside", "1", "coil", "0").errors.contains("/dev/booth-none is not there"))
    }

    @Test(
        "says what would be right",
        arguments: [
            (["scan"], "modbus scan BUS"), (["read", "a", "1", "coil"], "modbus scan BUS"),
            (["sacn", "a"], "mean scan"),
            (["read", "a", "256", "coil", "0"], "a unit is 0..255"), (["read", "a", "1", "coils", "0"], "mean coil"),
            (["read", "a", "1", "coil", "0x10000"], "an address is 0..65535"),
            (["read", "a", "1", "holding-register", "0", "126"], "a count is 1..125"),
            (["read", "a", "1", "coil", "0", "--units", "1"], "belongs to modbus scan"),
            (["scan", "a", "--units", "9-3"], "write it as 1-32,255"), (["scan", "a", "--baud", "9601"], "9600"),
            (["scan", "a", "--parity", "mark"], "none, even and odd"),
            (["scan", "a", "--timeout", "5"], "such as 50ms"),
        ])
    func usage(arguments: [String], expected: String) throws {
        let outcome = try CommandBench.run(["modbus"] + arguments, socket: "/tmp/booth-none/control")
        #expect(outcome.code == .usage && outcome.errors.contains(expected), "\(outcome.errors)")
    }

    // MARK: Scan

    @Test("finds a gateway's units as a table with what to write, and as JSON")
    func scanGateway() throws {
        let board = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: 0), units: [2, 5])
        defer { board.stop() }
        let booth = try Booth(tcpPort: board.port)
        let options = ["--units", "1-6", "--timeout", "60ms"]
        let shown = try booth.run("scan", "cabinet", options[0], options[1], options[2], options[3])
        #expect(shown.code == .done && shown.output.contains("UNIT  SETTING"), "\(shown)")
        #expect(shown.errors.contains("6 addresses") && shown.errors.contains("found: unit 5"))
        let json = try booth.run("scan", "cabinet", "--json", options[0], options[1], options[2], options[3])
        let scan = try JSONDecoder().decode(Scan.self, from: Data(json.output.utf8))
        #expect(scan.units.map(\.unit) == [2, 5] && scan.complete && scan.units[0].baud == nil)
        #expect(board.requests().allSatisfy { (1...4).contains($0.function) })
    }

    // Not among the test's arguments: Swift 6.0.3 fails on a closure there.
    private static let answers: [(String, String)] = [
        ("renke-sensor", "boothd.toml has all of this."),
        (
            "lctech-4",
            """
            # change in [modbus.inside.unit.2], which is there already:
            # the file names lctech-4, which does not fit what it answers
            #   profile = "renke-sensor"

            """
        ),
    ]

    @Test("the lines for boothd.toml leave out what it has, and name a profile that does not fit", arguments: answers)
    func known(profile: String, says: String) throws {
        let line = SerialLine(baud: 9600)
        var bus = ModbusBusConfiguration(
            name: "inside", transport: .serial(path: "/dev/x", baud: 9600, parity: .none, stopBits: 1),
            responseTimeout: .milliseconds(100))
        bus.units[2] = ModbusUnitConfiguration()
        bus.units[2]?.profile = profile
        let report = ScanReport(Self.result([(2, line)]), on: bus, profiles: BoardProfiles.shipped.all)
        #expect(Screens(.english).scan(report).contains(says), "\(Screens(.english).scan(report))")
    }

    @Test("units at two speeds or more get one message, and the line stays as it is configured")
    func speedless() {
        let bus = ModbusBusConfiguration(
            name: "inside", transport: .serial(path: "/dev/x", baud: 1200, parity: .none, stopBits: 1),
            responseTimeout: .milliseconds(100))
        let lines = [9600, 4800].map { SerialLine(baud: $0) }
        let result = Self.result(lines.flatMap { [(2, $0), (3, $0)] })
        let report = ScanReport(result, on: bus, profiles: BoardProfiles.shipped.all)
        let hints = report.hints(isLoanOver: false, all: false).map(\.en)
        #expect(hints.count == 1 && hints[0].hasPrefix("units 2, 3 answer at several speeds"), "\(hints)")
        #expect(!report.toml(in: .english).contains("baud") && !report.toml(in: .english).contains("set it to"))
    }

    /// A complete scan that found a sensor at each of these.
    private static func result(_ places: [(Int, SerialLine)]) -> BusScan.Result {
        var result = BusScan.Result()
        result.isComplete = true
        result.units = places.map { unit, line in
            let read = ReadRequest(unit: unit, table: .holdingRegisters, address: 0, count: 1)
            let identity = BoardIdentity(of: unit, at: line, among: BoardProfiles.shipped.all) { sign in
                sign.address == 0x07D0 ? .values([UInt16(unit)]) : sign.address == 0x07D1 ? .values([2]) : nil
            }
            return FoundUnit(
                unit: unit, line: line, identity: identity,
                evidence: FoundUnit.Evidence(request: read, answer: .values([1])))
        }
        return result
    }

    @Test("a board that any other could be is \"may be\", and its line a comment")
    func doubtfulBoard() throws {
        let serial = try SerialBus([
            .init(7, baud: B9600) { request in
                let count = Int(request[4])
                return request[0] < 3
                    ? [request[0], UInt8((count + 7) / 8)] + [UInt8](repeating: 0, count: (count + 7) / 8)
                    : [request[0], UInt8(count * 2)] + [UInt8](repeating: 0x55, count: count * 2)
            }
        ])
        let booth = try Booth(serial: serial.path)
        let shown = try booth.run("scan", "inside", "--units", "7", "--baud", "9600", "--parity", "none")
        #expect(shown.output.contains("may be jy-dam-8"), "\(shown)")
        #expect(shown.output.contains("\n[modbus.inside.unit.7]\n# profile = \"jy-dam-8\"    # these answer alike"))
        #expect(shown.errors.contains("unit 7: may be jy-dam-8"))
    }

    @Test("finds units on a line, and gives the lines for boothd.toml")
    func scanLine() throws {
        let serial = try SerialBus([.renke(2, baud: B4800)])
        let booth = try Booth(serial: serial.path)
        let shown = try booth.run("scan", "inside", "--units", "2", "--baud", "9600,4800", "--parity", "none")
        #expect(shown.code == .done, "\(shown)")
        #expect(
            shown.output.hasSuffix(
                """
                For boothd.toml:

                # change in [modbus.inside], which is there already:
                #   baud = 4800
                #   parity = "none"

                [modbus.inside.unit.2]
                profile = "renke-sensor"

                """), "\(shown.output)")
        #expect(serial.requests.allSatisfy { (1...4).contains($0[1]) })
    }

    @Test("a unit that is slower than the bus's response timeout gets a longer one among the lines for boothd.toml")
    func slowUnit() throws {
        let serial = try SerialBus([.renke(2, baud: B9600, delay: 150)])
        let booth = try Booth(serial: serial.path)
        let shown = try booth.run("scan", "inside", "--units", "2", "--baud", "9600", "--parity", "none")
        let lines = shown.output.split(separator: "\n").filter { $0.hasPrefix("response-timeout = \"") }
        // Swift 6.0.3 fails on a chain of optionals in a requirement.
        let words = (lines.first ?? "").split(separator: "\"")
        let timeout = words.count > 1 ? words[1] : ""
        let milliseconds = Int(timeout.dropLast(2)) ?? 0
        #expect(milliseconds >= 300 && timeout.hasSuffix("ms"), "\(shown.output)")
    }

    @Test("an interruption ends it with what was found; nothing found is exit 1, with the next step")
    func interrupted() throws {
        let serial = try SerialBus([])
        let booth = try Booth(serial: serial.path)
        let bell = try WakeUp()
        bell.ring()
        let outcome = try booth.run("scan", "inside", "--json", interruption: bell.descriptor)
        #expect(try JSONDecoder().decode(Scan.self, from: Data(outcome.output.utf8)).complete == false)
        let nothing = try booth.run("scan", "inside", "--units", "9", "--baud", "115200", "--timeout", "1ms")
        #expect(nothing.code == .failed && nothing.errors.contains("nothing answers; check power"), "\(nothing)")
    }

    @Test("a scan by a file with mistakes says so, and goes on")
    func mistakes() throws {
        let board = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: 0), units: [2])
        defer { board.stop() }
        let booth = try Booth(tcpPort: board.port)
        try booth.workspace.write(booth.text + "\n[wrong]\n", to: "boothd.toml")
        let scan = try booth.run("scan", "cabinet", "--units", "2")
        #expect(scan.code == .done && scan.errors.contains("has 1 mistake: boothctl check "), "\(scan)")
        #expect(scan.errors.contains("scanning cabinet: 1 address,"))
    }

    @Test("a line that cannot be opened is one message, and nobody was asked")
    func noLine() throws {
        let outcome = try Booth().run("scan", "inside")
        #expect(outcome.code == .failed && outcome.output == "", "\(outcome)")
        #expect(outcome.errors.hasPrefix("boothctl: /dev/booth-none is not there;"), "\(outcome.errors)")
    }

    @Test("who may not open a line is told of sudo and the line's group, and not of boothd's user")
    func denied() throws {
        let bus = ModbusBusConfiguration(
            name: "inside", transport: .serial(path: "/etc/passwd", baud: 9600, parity: .none, stopBits: 1),
            responseTimeout: .milliseconds(100))
        let message = ReadFailure.here(ModbusError(.open, code: EACCES), on: bus)
        #expect(message.en.contains("use sudo, or join the group root") && !message.en.contains("boothd"))
    }

    @Test("says what a bus over TCP and a serial line do not have, before anybody is asked")
    func transports() throws {
        let booth = try Booth()
        let scan = try booth.run("scan", "cabinet", "--baud", "9600")
        #expect(scan.code == .usage && scan.errors.contains("--baud and --parity are for a serial line"))
        let broadcast = try booth.run("read", "inside", "0", "coil", "0")
        #expect(broadcast.code == .usage && broadcast.errors.contains("no unit 0"), "\(broadcast)")
        #expect(try booth.run("read", "inside", "250", "coil", "0").errors.contains("comes with 250"))
        let silent = ReadFailure.silent.message(
            on: ModbusBusConfiguration(
                name: "cabinet", transport: .tcp(host: "127.0.0.1", port: 1), responseTimeout: .milliseconds(1)))
        #expect(silent.en.contains("behind the gateway") && !silent.en.contains("parity"))
    }

    @Test("tells the agent which line is meant, by the file")
    func line() throws {
        let asked = try Mailbox<ControlCall>()
        let bench = try CommandBench { call, replier in
            asked.post(call)
            replier.answer(.refused(.unavailable(Message(zh: "另一条", en: "another line"))))
        }
        let booth = try Booth()
        for words in [["read", "inside", "1", "coil", "0"], ["scan", "inside"]] {
            let outcome = try CommandBench.run(
                ["modbus"] + words + ["--config", booth.file], socket: bench.server.path)
            #expect(outcome.code == .failed && outcome.errors == "boothctl: another line\n", "\(outcome)")
        }
        var read = try #require(ModbusRead(bus: "inside", unit: 1, table: .coil, address: 0, count: 1))
        read.line = BusLine("/dev/booth-none")
        #expect(asked.take() == [.readModbus(read), .lendBus("inside", line: BusLine("/dev/booth-none"))])
    }

    // MARK: Counters

    @Test("points shows the units of the buses in a table of their own")
    func units() throws {
        var unit = UnitCounters(bus: "inside", unit: 3)
        (unit.state, unit.requests, unit.timeouts, unit.crc) = (.answering, 1200, 3, 1)
        (unit.roundTripP50, unit.roundTripP99) = (15.04, 21.96)
        let reply = PointsReply(points: [], units: [unit])
        let bench = try CommandBench { $1.answer(.points(reply)) }
        #expect(
            try bench.run("points").output == """
                (none)

                BUS     UNIT  STATE      REQUESTS  TIMEOUTS  CRC  EXCEPTIONS  P50 ms  P99 ms
                inside     3  answering      1200         3    1           0    15.0    22.0

                """)
        let back = try JSONDecoder().decode(PointsReply.self, from: Data(try bench.run("points", "--json").output.utf8))
        #expect(back == reply)
    }
}
