// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothConfig
@testable import BoothModel

@Suite("Units, profiles and what points make of them")
struct UnitTests {
    let directory = ExampleDirectory()

    @Test("a unit has its own timeout, guard and board")
    func units() throws {
        let buses = try directory.read(unitExample).buses
        let unit = try #require(buses[0].units[2])
        #expect(unit.profile == "waveshare-io-8ch")
        #expect(unit.responseTimeout == .milliseconds(300))
        #expect(unit.guardRegister == .init(table: .holdingRegister, address: 0x4000, value: 2))
        #expect(!unit.answersWholeBytes)
        #expect(buses[0].units[255]?.answersWholeBytes == true)
        #expect(buses[0].responseTimeout(of: 2) == .milliseconds(300))
        #expect(buses[0].responseTimeout(of: 255) == .milliseconds(100))
        #expect(buses[1].units.keys.sorted() == [7])
    }

    @Test("a terminal's number becomes table, address and what its values can be")
    func terminals() throws {
        let configuration = try directory.read(unitExample)
        let poll = PointConfiguration.defaultPoll
        let input = ModbusSource(bus: "inside", unit: 2, table: .discreteInput, address: 2, poll: poll)
        #expect(configuration.points[0].source == .modbus(input))
        var register = ModbusSource(bus: "cabinet", unit: 7, table: .inputRegister, address: 7, poll: poll)
        register.plausible = 0...1
        #expect(configuration.points[3].source == .modbus(register))
        let lamp = ModbusSource(bus: "inside", unit: 255, table: .coil, address: 3, poll: poll)
        #expect(configuration.outputs.map(\.sink) == [.modbus(lamp)])
    }

    @Test("what the point says wins over the board")
    func overridden() throws {
        let text = unitExample.replacingFirst(
            "unit = 7, input = 8", with: "unit = 7, input = 8, range = \"0..9\", bit = 3"
        )
        .replacingFirst("di8-registers", with: "alarm-2di").replacingFirst("input = 8", with: "input = 2")
        .replacingFirst(", range = \"0..9\", bit = 3", with: "")
        let low = ModbusSource(
            bus: "cabinet", unit: 7, table: .discreteInput, address: 1, active: .low, poll: .milliseconds(200))
        #expect(try directory.read(text).points[3].source == .modbus(low))
        let turned = text.replacingFirst("input = 2 }", with: "input = 2, active = \"high\" }")
        var high = low
        high.active = .high
        #expect(try directory.read(turned).points[3].source == .modbus(high))
        let ranged = unitExample.replacingFirst("input = 8", with: "input = 8, range = \"..3\", bit = 1")
        var register = ModbusSource(
            bus: "cabinet", unit: 7, table: .inputRegister, address: 7, bit: 1, poll: .milliseconds(200))
        register.plausible = 0...3
        #expect(try directory.read(ranged).points[3].source == .modbus(register))
    }

    @Test("counters and ranges are read")
    func counters() throws {
        let points = try directory.read(unitExample).points
        var counter = ModbusSource(
            bus: "cabinet", unit: 1, table: .inputRegister, address: 5, poll: PointConfiguration.defaultPoll)
        counter.counter = true
        #expect(points[1].source == .modbus(counter))
        guard case .modbus(let loop) = points[2].source else {
            Issue.record("no Modbus")
            return
        }
        #expect(loop.plausible == 0...4095)
    }

    @Test(
        "a bus without speed and parity has those of its boards, where they agree",
        arguments: [
            ("renke-sensor", "renke-sensor", 4800), ("renke-sensor", "lctech-4", 9600), ("lctech-8", "lctech-4", 9600),
        ])
    func speed(first: String, second: String, baud: Int) throws {
        let text = unitExample.replacingFirst("\"waveshare-io-8ch\"", with: "\"\(first)\"")
            .replacingFirst("input = 3", with: "input = 1").replacingFirst("unit.255", with: "unit.25")
            .replacingFirst("\"lctech-4\"", with: "\"\(second)\"").replacingFirst(
                "unit = 255, output = 4", with: "unit = 25, table = \"coil\", address = 0")
        let path = "/dev/ttyUSB0"
        #expect(
            try directory.read(text).buses[0].transport
                == .serial(path: path, baud: baud, parity: .none, stopBits: 1))
        let said = text.replacingFirst("[modbus.inside]", with: "[modbus.inside]\nbaud = 19200\nparity = \"even\"")
        #expect(
            try directory.read(said).buses[0].transport
                == .serial(path: path, baud: 19_200, parity: .even, stopBits: 1))
    }

    @Test(
        "a loop's hysteresis is a fiftieth of the normal band unless it is said",
        arguments: [
            ("101..600", "", 10), ("101..110", "", 1), ("101..600", ", hysteresis = 0", 0),
            ("101..600", ", hysteresis = 50", 50),
        ])
    func hysteresis(normal: String, key: String, expected: Int) throws {
        let text = unitExample.replacingFirst("\"101..600\"", with: "\"\(normal)\"")
            .replacingFirst("cut = \"901..4095\"", with: "cut = \"901..4095\"\(key)")
        #expect(try directory.read(text).points[2].loop?.hysteresis == expected)
    }

    @Test("the usual hysteresis leaves a narrow band a value inside")
    func narrow() throws {
        let text = unitExample.replacingFirst("..100", with: "..0").replacingFirst("101..600", with: "1..1000")
            .replacingFirst("601..900", with: "1001..1005").replacingFirst(", cut = \"901..4095\"", with: "")
        #expect(try directory.read(text).points[2].loop?.hysteresis == 0)
        let wider = text.replacingFirst("short = \"..0\", ", with: "")
        #expect(try directory.read(wider).points[2].loop?.hysteresis == 2)
    }

    @Test("a plain contact is stuck only where its point says so; any may say off")
    func stuck() throws {
        let rules = "\n[rules]\nstuck = \"90s\"\n"
        let points = try directory.read(unitExample + rules).points
        #expect(points.map(\.rules.stuck) == [.seconds(90), .seconds(90), .seconds(90), nil])
        let named = unitExample.replacingFirst("category = \"lid\"", with: "category = \"lid\"\nstuck = \"5m\"")
            .replacingFirst("kind = \"help-button\"", with: "kind = \"help-button\"\nstuck = \"off\"")
        let others = try directory.read(named + rules).points
        #expect(others.map(\.rules.stuck) == [.seconds(90), nil, .seconds(90), .seconds(300)])
        #expect(try directory.read(unitExample + "\n[rules]\nstuck = \"off\"\n").rules.stuck == nil)
    }
}
