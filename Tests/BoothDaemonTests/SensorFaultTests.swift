// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Rehearsal
import Testing

@Suite("Sensors lost and found, and who is told of what")
struct SensorFaultTests {
    @Test("a board that dies is one fault, its points are stale; back, the fault is restored")
    func lostBoard() throws {
        let booth = try BoothUnderTest(points: [("help-1", "help-button"), ("box", "tamper")])
        try booth.startBoard("help-1", "box")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.killBoard()
        let fault = try booth.waitForOpen(.sensor)[0]
        #expect(fault.device == "modbus:cabinet" && fault.incidentClass == .fault && fault.point == nil)
        try booth.wait(until: "the points are stale") { try booth.points().allSatisfy { $0.quality == .stale } }
        #expect(try booth.points().map(\.state) == [.normal, .normal])
        #expect(try booth.status().reasons.contains { $0.en.hasPrefix("modbus:cabinet: ") })

        try booth.startBoard("help-1", "box")
        try booth.wait(until: "the fault is restored") { try booth.incidents(.sensor).map(\.restored) == [true] }
        try booth.waitForReadings()
        try booth.waitForEmptyQueues()
        #expect(try booth.incidents().count == 1)
        #expect(try booth.book().openings == [fault.incident.description])
    }

    @Test("a unit that falls silent is a fault of that unit alone")
    func silentUnit() throws {
        let booth = try BoothUnderTest()
        booth.configuration.point(
            "far", kind: "contact", bus: "cabinet", unit: 2, address: 0,
            lines: ["category = \"flood\"", "class = \"fault\"", "priority = 3"])
        let board = try ChildProcess(
            try BuiltPrograms.path(of: "booth-board"),
            ["--tcp", "127.0.0.1:\(booth.boardPort)", "--unit", "1", "--unit", "2"])
        try board.line(within: BoothUnderTest.patience) { $0.hasPrefix("listening on") }
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try board.write(line: "silence unit 2")
        let fault = try booth.waitForOpen(.sensor)[0]
        #expect(fault.device == "modbus:cabinet/2" && fault.point == "far")
        #expect(try booth.points().map(\.quality) == [.good, .stale])
        try board.write(line: "answer unit 2")
        try booth.wait(until: "the fault is restored") { try booth.incidents(.sensor).map(\.restored) == [true] }
        #expect(try booth.incidents().count == 1)
    }

    @Test("letters go to the grid platform alone, presses to the police alone")
    func routing() throws {
        let booth = try BoothUnderTest(
            points: [("help-1", "help-button"), ("mail-slot", "mail-slot")], targets: [.police, .grid])
        try booth.startBoard("help-1", "mail-slot")
        try booth.startPlatform(.police)
        try booth.startPlatform(.grid)
        try booth.startAgent()
        try booth.tell("press mail-slot")
        try booth.platformLine(.grid) { $0.contains("incident.raised") && $0.contains("category=mail ") }
        try booth.tell("press help-1")
        try booth.platformLine(.police) { $0.contains("incident.raised") && $0.contains("category=help ") }
        try booth.waitForEmptyQueues()
        let letter = try #require(try booth.incidents(.mail).first)
        let press = try #require(try booth.incidents(.help).first)
        #expect(letter.targets.map(\.target) == ["grid"] && press.targets.map(\.target) == ["police"])
        #expect(try booth.book(of: .grid).openings == [letter.incident.description])
        #expect(try booth.book(of: .police).openings == [press.incident.description])
        for target in BoothUnderTest.Target.allCases { #expect(try booth.book(of: target).gaps == 0) }
    }
}
