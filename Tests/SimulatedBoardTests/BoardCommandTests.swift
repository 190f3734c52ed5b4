// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SimulatedBoard

@Suite struct BoardCommandTests {
    private let place = BoardCommand.Place(unit: 1, table: .discreteInputs, address: 0)

    @Test("reads the lines of the manual")
    func lines() throws {
        #expect(
            try BoardCommand.parse("name help-1 unit 1 discrete-input 0") == .name("help-1", place, isActiveLow: false))
        #expect(
            try BoardCommand.parse("name door unit 1 discrete-input 0 active low # closed")
                == .name("door", place, isActiveLow: true))
        #expect(try BoardCommand.parse("set unit 1 discrete-input 0 on") == .set(place, .on))
        #expect(try BoardCommand.parse("set door off") == .setNamed("door", .off))
        #expect(try BoardCommand.parse("press help-1") == .press("help-1", hold: .milliseconds(200)))
        #expect(try BoardCommand.parse("press help-1 for 1m") == .press("help-1", hold: .seconds(60)))
        #expect(try BoardCommand.parse("delay unit 1 800ms") == .conduct(unit: 1, .delay(.milliseconds(800))))
        #expect(try BoardCommand.parse("refuse unit 2 exception 6") == .conduct(unit: 2, .refuse(6)))
        #expect(try BoardCommand.parse("  wait 2s\n") == .wait(.seconds(2)))
        #expect(try BoardCommand.parse("   # nothing") == nil)
    }

    @Test(
        "says what is wrong and what would be right",
        arguments: [
            ("bogus", "name, set, press"), ("set unit 1 inputs 0 on", "discrete-input"), ("silence 2", "“unit”"),
            ("set unit 1 coil 70000 on", "0 to 65535"), ("wait", "500ms"), ("wait 3h", "500ms"),
            ("press help-1 now", "end the line"), ("refuse unit 1 exception 12", "1 to 11"),
        ])
    func wrongLines(line: String, right: String) {
        do throws(BoardLineError) {
            _ = try BoardCommand.parse(line)
            Issue.record("accepted: \(line)")
        } catch {
            #expect(error.description.contains(right))
        }
    }

    @Test("options: one place, units from 1 to 247")
    func options() throws {
        let options = try BoardOptions(["--tcp", "[::1]:1502", "--unit", "3", "--unit", "4", "--script", "day.txt"])
        #expect(options.place == .tcp(host: "::1", port: 1502))
        #expect(options.units == [3, 4] && options.script == "day.txt")
        for wrong in [
            [], ["--tcp", "1502"], ["--tcp", ":1"], ["--unit", "0", "--serial", "x"], ["--serial"], ["-x"],
        ] {
            #expect(throws: BoardLineError.self) { try BoardOptions(wrong) }
        }
    }
}
