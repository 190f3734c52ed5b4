// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal
import TestSupport
import Testing

@Suite("A technician at a bus that the agent has", .serialized)
struct BusLoanTests {
    private struct Scan: Decodable {
        struct Unit: Decodable {
            var unit: Int
            var baud: Int
            var profile: String?
        }
        var units: [Unit]
        var complete: Bool
    }

    /// A booth with one input of a Waveshare board on a line.
    private static func booth(on serial: SerialBus) throws -> BoothUnderTest {
        let booth = try BoothUnderTest()
        booth.configuration = BoothConfigurationText()
        booth.configuration.modbus("inside", serial: serial.path, lines: ["response-timeout = \"200ms\""])
        booth.configuration.point("door", kind: "street-door", bus: "inside", unit: 1, address: 0)
        booth.configuration.plainTarget("police", accepts: ["police", "fault"], port: booth.port(of: .police))
        try booth.startAgent()
        try booth.waitForReadings()
        return booth
    }

    /// One input, besides what the board answers to a scan.
    private static func board() -> SerialBus.Unit {
        var unit = SerialBus.Unit.waveshare(1, baud: B9600)
        let known = unit.answer
        unit.answer = { $0.prefix(3) == [2, 0, 0] ? [2, 1, 0x05] : known($0) }
        return unit
    }

    private static func arguments(_ booth: BoothUnderTest, _ words: String...) -> [String] {
        ["modbus"] + words + ["--config", booth.workspace.file("boothd.toml")]
    }

    @Test("modbus read is made by the agent between its polls, and disturbs no point")
    func read() throws {
        let serial = try SerialBus([Self.board()])
        let booth = try Self.booth(on: serial)
        for _ in 0..<3 {
            let answer = try booth.control("--json", "modbus", "read", "inside", "1", "holding-register", "0x4000")
            #expect(answer.status == .exited(0) && answer.output == ["{\"values\":[1]}"], "\(answer)")
        }
        let refused = try booth.control("modbus", "read", "inside", "1", "holding-register", "9")
        #expect(refused.status == .exited(1) && refused.errors[0].contains("exception 2"), "\(refused)")
        let unknown = try booth.control("modbus", "read", "outside", "1", "coil", "0")
        #expect(unknown.status != .exited(0) && unknown.output.isEmpty)
        let nobody = try booth.control("modbus", "read", "inside", "9", "coil", "0")
        #expect(nobody.status == .exited(1) && nobody.errors[0].contains("no answer"), "\(nobody)")
        let broadcast = try booth.control("modbus", "read", "inside", "0", "coil", "0")
        #expect(broadcast.status == .exited(64) && broadcast.errors[0].contains("no unit 0"), "\(broadcast)")
        // What was read by hand is nobody's unit.
        let points = try booth.control("points")
        let rows = points.output.filter { $0.hasPrefix("inside ") }
        #expect(rows.count == 1 && rows[0].contains(" 1 "), "\(points)")
        #expect(try booth.points().map(\.quality) == [.good] && booth.incidents(.sensor).isEmpty)
    }

    @Test("modbus read on a bus that is down says what status says of it")
    func down() throws {
        let booth = try BoothUnderTest()
        booth.configuration = BoothConfigurationText()
        booth.configuration.modbus("inside", serial: "/dev/booth-none")
        booth.configuration.point("door", kind: "street-door", bus: "inside", unit: 1, address: 0)
        booth.configuration.plainTarget("police", accepts: ["police", "fault"], port: booth.port(of: .police))
        try booth.startAgent()
        try booth.wait(until: "the bus is a fault") { try booth.status().faults.map(\.code) == [.missing] }
        let known = try booth.status().faults[0].message.en
        let read = try booth.control("modbus", "read", "inside", "1", "coil", "0")
        #expect(read.status == .exited(1) && read.errors == ["boothctl: \(known)"], "\(read)")
    }

    @Test("a bus of another file that is another line by the same name, or the same by another, is not lent")
    func names() throws {
        let serial = try SerialBus([Self.board()])
        let booth = try Self.booth(on: serial)
        for (name, path, says) in [
            ("inside", "/dev/booth-none", "is \(serial.path), and not /dev/booth-none"),
            ("other", serial.path, "as the bus inside of its own file"),
        ] {
            var text = BoothConfigurationText()
            text.modbus(name, serial: path)
            try booth.workspace.write(text.text, to: "other.toml")
            for words in [["scan", name], ["read", name, "1", "coil", "0"]] {
                let control = try booth.startControl(
                    ["modbus"] + words + ["--config", booth.workspace.file("other.toml")])
                #expect(try control.wait(within: BoothUnderTest.patience) == .exited(1))
                #expect(control.lines.contains { $0.text.contains(says) }, "\(control.lines)")
            }
        }
        #expect(try booth.status().faults.isEmpty)
    }

    @Test("modbus scan has the agent's line lent and finds what is on it; afterwards the points are good again")
    func scan() throws {
        let serial = try SerialBus([Self.board(), .renke(2, baud: B4800)])
        let booth = try Self.booth(on: serial)
        let control = try booth.startControl(
            Self.arguments(booth, "scan", "inside", "--json", "--units", "1,2", "--baud", "9600,4800"))
        try booth.wait(until: "the bus is lent") { try booth.status().faults.map(\.code) == [.lent] }
        let second = try booth.control("modbus", "scan", "inside", "--config", booth.workspace.file("boothd.toml"))
        #expect(second.status == .exited(1) && second.errors[0].contains("lent to process"), "\(second)")
        #expect(try control.wait(within: BoothUnderTest.patience) == .exited(0))
        let text = control.lines.filter { $0.stream == .output }.map(\.text).joined()
        let scan = try JSONDecoder().decode(Scan.self, from: Data(text.utf8))
        #expect(scan.complete)
        #expect(
            Set(scan.units.map { "\($0.unit) \($0.baud) \($0.profile ?? "?")" }) == [
                "1 9600 waveshare-io-8ch", "2 4800 renke-sensor",
            ])
        try booth.wait(until: "the bus is the agent's again") { try booth.status().faults.isEmpty }
        try booth.waitForReadings()
        #expect(serial.requests.allSatisfy { (1...4).contains($0[1]) })
    }

    @Test("a boothctl that is killed in a scan gives the bus back", arguments: [SIGKILL, SIGINT])
    func killed(signal: CInt) throws {
        let serial = try SerialBus([Self.board()])
        let booth = try Self.booth(on: serial)
        let control = try booth.startControl(Self.arguments(booth, "scan", "inside", "--units", "1-247"))
        try booth.wait(until: "the bus is lent") { try booth.status().faults.map(\.code) == [.lent] }
        #expect(try booth.points().map(\.quality) == [.stale])
        // The unit's line: the scan is at work, and has not ended by itself.
        try control.line(on: .error, within: BoothUnderTest.patience) { $0.contains("found: 9600 8N1 unit 1") }
        let status = try control.stop(with: signal, within: BoothUnderTest.patience)
        if signal == SIGINT {
            #expect(status == .exited(0))
            #expect(control.lines.contains { $0.stream == .output && $0.text.contains("waveshare-io-8ch") })
        }
        try booth.wait(until: "the bus is the agent's again") { try booth.status().faults.isEmpty }
        try booth.waitForReadings()
        #expect(try booth.incidents(.sensor).map(\.restored) == [true])
    }
}
