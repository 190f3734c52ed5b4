// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Rehearsal
import Testing

@Suite("Tasks of a platform")
struct TaskTests {
    private let booth: BoothUnderTest

    init() throws {
        booth = try BoothUnderTest(targets: [])
        booth.configuration.table(
            "[output]",
            [
                "id = \"siren\"", "shows = \"task\"",
                "modbus = { bus = \"cabinet\", unit = 1, table = \"coil\", address = 0 }",
            ])
    }

    private func isOn() throws -> Bool {
        var client = try ModbusConnection(
            to: .tcp(host: "127.0.0.1", port: booth.boardPort), responseTimeout: .seconds(5))
        return try client.read(.coils, of: 1, at: 0, count: 1) == [1]
    }

    @Test("are done once and answered, move their output, and are not asked for again after a restart")
    func tasks() throws {
        let platform = try TaskingPlatform(tasks: [
            #"{"id":"o1","kind":"output","output":"siren","on":true}"#,
            #"{"id":"o2","kind":"output","output":"lamp","on":true}"#, #"{"id":"x1","kind":"dance"}"#, "7",
            #"{"id":"old","kind":"arm","expires":"2001-01-01T00:00:00Z"}"#,
        ])
        defer { platform.stop() }
        booth.configuration.plainTarget(
            "police", accepts: ["police", "fault"], port: platform.port,
            lines: ["tasks = true"] + BoothUnderTest.quickRetries)
        try booth.startBoard("help-1")
        try booth.startAgent()
        try booth.wait(until: "five answers") { platform.answers.count == 5 }
        #expect(platform.answers.map(\.task) == ["o1", "o2", "x1", "", "old"])
        #expect(platform.answers.map(\.result) == ["done", "refused", "refused", "refused", "refused"])
        let codes = platform.answers.map { $0.reason.map { String($0.prefix { $0 != ":" }) } }
        #expect(codes == [nil, "no-such-output", "unknown-kind", "malformed", "expired"])
        try booth.wait(until: "the output is on") { try isOn() }
        try booth.wait(until: "the next poll") { platform.cursors.count == 2 }
        try booth.stopAgent()
        #expect(try !isOn())
        try booth.startAgent()
        try booth.wait(until: "a poll after the restart") { platform.cursors.count == 3 }
        #expect(platform.cursors == ["", "c 1", "c 1"])
        #expect(platform.answers.count == 5)
        try booth.stopAgent()
    }

    @Test("a receipt with reroute:CLASS hands the incident to the targets of that class, which hear of it")
    func reroute() throws {
        let police = try TaskingPlatform(receipt: #""result":"rejected","reason":"reroute:community""#)
        let grid = try TaskingPlatform()
        defer {
            police.stop()
            grid.stop()
        }
        let lines = BoothUnderTest.quickRetries
        booth.configuration.plainTarget("police", accepts: ["police", "fault"], port: police.port, lines: lines)
        booth.configuration.plainTarget("grid", accepts: ["community"], port: grid.port, lines: lines)
        try booth.startBoard("help-1")
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.wait(until: "the grid has it") {
            grid.events.contains { $0.type == "cn.boothd.incident.updated.v1" }
        }
        let raised = police.events.first { $0.type == "cn.boothd.incident.raised.v1" }
        let handed = grid.events.first { $0.type == "cn.boothd.incident.updated.v1" }
        #expect(raised?.data.incident != nil && raised?.data.incident == handed?.data.incident)
        try booth.wait(until: "the grid's receipt is its acceptance") {
            try booth.incidents(.help)[0].state == .accepted
        }
        try booth.stopAgent()
    }
}
