// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothConfig

@Suite struct SpoiledUnitTests {
    let directory = ExampleDirectory()

    static let units = [
        Spoiled("\"waveshare-io-8ch\"", "\"waveshare-io-8hc\"", "14:11", "did you mean \"waveshare-io-8ch\"?"),
        Spoiled("\"waveshare-io-8ch\"", "8", "14:11", "a board's name such as \"waveshare-io-8ch\""),
        Spoiled("\"waveshare-io-8ch\"", "\"entirely-else\"", "14:11", "there are: waveshare-io-8ch, "),
        Spoiled("profile = \"w", "profil = \"w", "14:1", "did you mean \"profile\"?"),
        Spoiled("\"300ms\"", "\"61s\"", "15:20", "\"1ms\"..\"60s\""),
        Spoiled("\"300ms\"", "\"0ms\"", "15:20", "\"1ms\"..\"60s\""),
        Spoiled("value = 2 }", "value = 65536 }", "16:65", "an integer 0..65535"),
        Spoiled("\"holding-register\", address = 0x4000", "\"coil\", address = 0", "16:48", "an integer 0..1"),
        Spoiled("address = 0x4000, ", "", "16:9", "\"address\" is missing"),
        Spoiled("inside.unit.2]", "inside.unit.0]", "13:21", "a unit's address cannot be \"0\"; write 1..247"),
        Spoiled("inside.unit.2]", "inside.unit.02]", "13:21", "cannot be \"02\""),
        Spoiled("cabinet.unit.7]", "cabinet.unit.256]", "24:22", "cannot be \"256\"; write 0..255"),
        Spoiled("cabinet.unit.7]", "cabinet.unit]", "24:1", "write its address, as in [modbus.cabinet.unit.1]"),
        Spoiled("profile = \"lctech-4\"", "", "18:21", "there is no \"profile\" here; write 1..247"),
        Spoiled("\"lctech-4\"", "\"jy-dam-8\"", "18:21", "jy-dam-8 comes with address 254; write 1..247"),
        Spoiled(
            "unit = 2, input = 3", "unit = 248, table = \"coil\", address = 0", "30:35", "unless a board comes with"),
        Spoiled("unit = 2, input = 3", "unit = 300, table = \"coil\", address = 0", "30:35", "an integer 1..247"),
    ]

    static let terminals = [
        Spoiled(
            "unit = 2, input = 3", "unit = 2, input = 9", "30:46",
            "a waveshare-io-8ch has no input 9, it has 8; write 1..8"),
        Spoiled("unit = 2, input = 3", "unit = 2, input = 0", "30:46", "an integer 1..2000"),
        Spoiled("unit = 2, input = 3", "unit = 3, input = 3", "30:38", "write [modbus.inside.unit.3] with its profile"),
        Spoiled("unit = 2, input = 3", "unit = 2, input = 3, address = 2", "30:49", "both \"input\" and \"address\""),
        Spoiled(
            "unit = 2, input = 3", "unit = 2, table = \"coil\", input = 3", "30:54", "both \"input\" and \"table\""),
        Spoiled(
            "unit = 2, input = 3", "unit = 2, output = 3, input = 3", "30:38",
            "\"output\" has no place here; write \"input\""),
        Spoiled("\"waveshare-io-8ch\"", "\"waveshare-relay-8ch\"", "30:46", "a waveshare-relay-8ch has no inputs"),
        Spoiled("output = 4", "output = 5", "54:49", "a lctech-4 has no output 5, it has 4; write 1..4"),
        Spoiled("output = 4", "input = 4", "54:40", "\"input\" has no place here; write \"output\""),
    ]

    static let values = [
        Spoiled("unit = 2, input = 3", "unit = 2", "30:10", "\"input\" is missing; write 1..8 for a waveshare-io-8ch"),
        Spoiled(
            "\"input-register\", address = 5", "\"discrete-input\", address = 5", "35:78",
            "\"counter\" takes a whole register"),
        Spoiled("address = 5", "address = 5, bit = 0", "35:87", "\"counter\" takes a whole register"),
        Spoiled("address = 5", "address = 5, active = \"low\"", "35:94", "\"counter\" takes a whole register"),
        Spoiled(
            "counter = true }", "counter = true }\nloop = { normal = \"..9\", alarm = \"10..\" }", "35:78",
            "\"counter\" takes"),
        Spoiled("counter = true", "counter = 1", "35:88", "true or false"),
        Spoiled(
            "kind = \"help-button\"", "kind = \"room-door\"", "35:78",
            "\"counter\" means nothing for a room-door; it is for: help-button"),
        Spoiled("input = 3", "input = 3, range = \"0..1\"", "30:49", "\"range\" is for registers"),
        Spoiled("range = \"0..4095\"", "range = \"4095..0\"", "40:86", "write \"0..4095\""),
        Spoiled("range = \"0..4095\"", "range = \"0-4095\"", "40:86", "a band such as"),
        Spoiled("range = \"0..4095\"", "range = \"0..3000\"", "41:74", "write range = \"0..4095\""),
        Spoiled("range = \"0..4095\"", "range = \"0..800\"", "41:56", "goes beyond the range 0..800"),
        Spoiled("\"901..4095\"", "\"4096..\"", "41:74", "the band \"cut\", 4096..65535, goes beyond the range 0..4095"),
        Spoiled(
            "\"901..4095\"", "\"901..4095\", hysteresis = 51", "41:100",
            "less than half of the narrowest band; write 0..50"),
        Spoiled("\"901..4095\"", "\"901..4095\", hysteresis = -1", "41:100", "an integer 0..65535"),
        Spoiled("category = \"lid\"", "category = \"lid\"\nstuck = \"of\"", "47:9", "or \"off\""),
        Spoiled(
            "id = \"cabinet-door\"", "id = \"cabinet-door\"\nstuck = \"5s\"", "29:1",
            "\"stuck\" means nothing for a tamper"),
    ]

    @Test("a spoiled file is refused at the right place, in both languages", arguments: units + terminals + values)
    func refused(spoiled: Spoiled) throws {
        let text = unitExample.replacingFirst(spoiled.old, with: spoiled.new)
        do throws(ConfigurationError) {
            _ = try directory.read(text)
            Issue.record("it passed")
        } catch {
            let english = error.lines(in: .english)
            let prefix = "\(directory.path)/boothd.toml:\(spoiled.place): "
            #expect(
                english.contains { $0.hasPrefix(prefix) && $0.contains(spoiled.says) && $0.contains("; ") },
                "\(english)")
            #expect(error.lines(in: .chinese).allSatisfy { $0.contains("；") })
            #expect(error.problems.count <= 2, "\(english)")
        }
    }

    @Test("two outputs on one terminal are told, also where one of them says its address")
    func takenTerminal() {
        let second = "\n[[output]]\nid = \"two\"\nshows = \"fault\"\nmodbus = { bus = \"inside\", unit = 255, "
        for key in ["output = 4", "table = \"coil\", address = 3"] {
            let problems = directory.problems(of: unitExample + second + key + " }")
            #expect(problems.count == 1, "\(problems)")
            #expect(problems.first?.contains("output \"help-lamp\" writes this address already") == true)
        }
    }
}
