// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Rehearsal
import Testing

@Suite("Counting inputs, stuck inputs, values that cannot be")
struct InputTests {
    /// A booth with one input at input register 6 of unit 1.
    private func booth(
        _ id: String, _ kind: String, keys: String = "", lines: [String] = []
    ) throws -> BoothUnderTest {
        let booth = try BoothUnderTest(points: [])
        let source =
            #"modbus = { bus = "cabinet", unit = 1, table = "input-register", address = 6, poll = "20ms"\#(keys) }"#
        booth.configuration.table("[point]", [#"id = "\#(id)""#, #"kind = "\#(kind)""#, source] + lines)
        return booth
    }

    private func set(_ value: Int, on booth: BoothUnderTest) throws {
        try booth.tell("set unit 1 input-register 6 \(value)")
    }

    @Test("three presses while the agent was down are one help incident with count 3")
    func pressedWhileDown() throws {
        let booth = try booth("help-1", "help-button", keys: ", counter = true")
        try booth.startBoard()
        try set(65_534, on: booth)
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.stopAgent()
        try set(1, on: booth)
        try booth.startAgent()
        let journal = try booth.follow()
        _ = try journal.next(.incidentRestored, of: "help-1")
        try booth.waitForEmptyQueues()
        let presses = try booth.incidents()
        #expect(presses.map(\.category) == [.help] && presses.map(\.count) == [3] && presses.map(\.restored) == [true])
        let point = try #require(try booth.points().first)
        #expect(point.state == .normal && point.value == 1 && point.lastActive != nil && !point.untested)
        #expect(try booth.book().openings == [presses[0].incident.description])
    }

    @Test("a killed agent counts on from the press that it recorded last")
    func killed() throws {
        let booth = try booth("help-1", "help-button", keys: ", counter = true", lines: ["repeat = \"0s\""])
        try booth.startBoard()
        try set(100, on: booth)
        try booth.startAgent()
        try booth.waitForReadings()
        let journal = try booth.follow()
        try set(101, on: booth)
        _ = try journal.next(.incidentRaised, of: "help-1")
        try booth.stopAgent(with: SIGKILL)
        try set(104, on: booth)
        try booth.startAgent()
        try booth.wait(until: "what was pressed meanwhile is raised") { try booth.incidents(.help).count == 4 }
        #expect(try booth.incidents(.help).map(\.count) == [1, 1, 1, 1])
    }

    @Test("a counter that began anew tells its presses, and that some may be lost")
    func reset() throws {
        let booth = try booth("help-1", "help-button", keys: ", counter = true")
        try booth.startBoard()
        try set(5000, on: booth)
        try booth.startAgent()
        try booth.waitForReadings()
        try set(2, on: booth)
        try booth.wait(until: "both are raised") { try booth.incidents().count == 2 }
        #expect(try booth.incidents(.help).map(\.count) == [2])
        let gap = try #require(try booth.incidents(.gap).first)
        #expect(gap.point == "help-1" && gap.device == "edges:help-1" && gap.missed == nil)
        _ = try booth.agent?.line(on: .error, within: BoothUnderTest.patience) { $0.contains("its counter began anew") }
    }

    @Test("65535 and values out of range raise nothing; what lasts is one fault of the sensor")
    func implausible() throws {
        let booth = try booth("box", "tamper", keys: #", range = "0..1""#)
        try booth.startBoard()
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try set(65_535, on: booth)
        let fault = try booth.waitForOpen(.sensor)[0]
        #expect(fault.device == "value:box" && fault.point == "box")
        let point = try #require(try booth.points().first)
        #expect(point.state == .normal && point.value == 0 && point.quality == .fault)
        #expect(try booth.status().reasons.contains { $0.en.hasPrefix("value:box: ") && $0.zh.contains("range") })
        try set(0, on: booth)
        try booth.wait(until: "the value is believed again") { try booth.points().first?.quality == .good }
        #expect(try booth.incidents(.sensor).map(\.restored) == [false])
        #expect(try booth.incidents().count == 1)
    }

    @Test("a button that jams is one fault, over a restart too, until it is released")
    func stuck() throws {
        let booth = try booth("help-1", "help-button", lines: ["stuck = \"300ms\""])
        try booth.startBoard()
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try set(1, on: booth)
        let fault = try booth.waitForOpen(.sensor)[0]
        #expect(fault.device == "stuck:help-1" && fault.point == "help-1")
        try booth.stopAgent(with: SIGKILL)
        try booth.startAgent()
        try booth.wait(until: "the status says why") {
            try booth.status().reasons.contains { $0.en.hasPrefix("stuck:help-1: ") }
        }
        #expect(try booth.waitForOpen(.sensor).map(\.incident) == [fault.incident])
        try set(0, on: booth)
        try booth.wait(until: "it is released") { try booth.incidents().allSatisfy(\.restored) }
        #expect(try booth.status().reasons.isEmpty)
        #expect(try booth.incidents().map(\.category).sorted { $0.rawValue < $1.rawValue } == [.help, .sensor])
    }

    @Test("a point that nobody tried is a hint, and the booth is in service")
    func untested() throws {
        let booth = try booth("help-1", "help-button", lines: ["untested = \"1ms\""])
        try booth.startBoard()
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.wait(until: "the hint is there") { try !booth.status().hints.isEmpty }
        let status = try booth.status()
        #expect(status.state == .inService && status.hints[0].en.contains(": help-1; try"))
        #expect(status.points.map(\.untested) == [true] && status.points[0].lastActive == nil)
    }
}
