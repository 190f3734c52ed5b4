// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Modbus
import Rehearsal
import Testing

/// The help lamp on a coil of a Modbus board, seen by another client of the board.
@Suite("A lamp on a Modbus coil")
struct ModbusLampTests {
    private let booth: BoothUnderTest

    init() throws {
        booth = try BoothUnderTest()
        for (address, output) in [("lamp", "help"), ("fault-lamp", "fault")].enumerated() {
            booth.configuration.table(
                "[output]",
                [
                    "id = \"\(output.0)\"", "shows = \"\(output.1)\"",
                    "modbus = { bus = \"cabinet\", unit = 1, table = \"coil\", address = \(address) }",
                ])
        }
    }

    private func isLit(_ coil: Int = 0) throws -> Bool {
        // A connection of its own each time: the board may have been restarted.
        var client = try ModbusConnection(
            to: .tcp(host: "127.0.0.1", port: booth.boardPort), responseTimeout: .seconds(5))
        return try client.read(.coils, of: 1, at: coil, count: 1) == [1]
    }

    private func wait(until isOn: Bool, coil: Int = 0) throws {
        try booth.wait(until: "coil \(coil) is \(isOn ? "on" : "off")") { try isLit(coil) == isOn }
    }

    @Test("blinks while only the booth knows, is steady once the platform does, and off when the agent ends")
    func states() throws {
        try booth.startBoard("help-1")
        try booth.startAgent()
        try booth.waitForReadings()
        #expect(try !isLit())
        try booth.tell("press help-1")
        for _ in 0..<2 {
            try wait(until: true)
            try wait(until: false)
        }
        try booth.startPlatform()
        try booth.wait(until: "the platform has accepted") { try booth.incidents(.help).first?.state == .accepted }
        try wait(until: true)
        // Longer than the slowest blink is dark.
        for _ in 0..<60 {
            #expect(try isLit())
            poll(nil, 0, 10)
        }
        try booth.stopAgent()
        #expect(try !isLit())
    }

    @Test("is lit again by itself on a board that was restarted, and the fault lamp tells of a bus that is away")
    func restartedBoard() throws {
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.wait(until: "the platform has accepted") { try booth.incidents(.help).first?.state == .accepted }
        try wait(until: true)
        try booth.killBoard()
        try booth.wait(until: "the bus is lost") { try !booth.incidents(.sensor).isEmpty }
        try booth.startBoard("help-1")
        try wait(until: true)
        try booth.wait(until: "the bus is found") { try booth.incidents(.sensor).allSatisfy(\.restored) }
        try wait(until: false, coil: 1)
    }

    @Test("an output that its unit refuses is a fault of the output, and nothing else suffers")
    func refused() throws {
        booth.configuration.table(
            "[output]",
            [
                "id = \"elsewhere\"", "shows = \"fault\"",
                "modbus = { bus = \"cabinet\", unit = 1, table = \"coil\", address = 5000 }",
            ])
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.wait(until: "the output is a fault") { try booth.incidents(.sensor).count == 1 }
        #expect(try booth.status().reasons.contains { $0.en.contains("elsewhere") })
        try booth.tell("press help-1")
        try wait(until: true)
    }
}
