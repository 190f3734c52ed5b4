// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Rehearsal
import Testing

@Suite("SIGHUP")
struct ReloadTests {
    @Test("a good file is taken up by the same process, and what is open stays open and is raised once")
    func goodFile() throws {
        let booth = try BoothUnderTest(points: [("box", "tamper")])
        try booth.startBoard("box", "help-1")
        try booth.startPlatform()
        try booth.startAgent()
        let processID = try #require(booth.agent?.processID)
        try booth.tell("set box on")
        let before = try booth.waitForOpen(.tamper)[0]

        booth.configuration.point("help-1", kind: "help-button", bus: "cabinet", address: 1)
        try reload(booth)
        try booth.waitForService()
        try booth.waitForReadings()
        #expect(booth.agent?.processID == processID && booth.agent?.isRunning == true)
        #expect(try booth.points().map(\.id) == ["box", "help-1"])
        #expect(try booth.incidents(.tamper).map(\.incident) == [before.incident])

        // The new point is in service, and what happens after the reload still finds the old incident.
        let journal = try booth.follow()
        try booth.tell("press help-1")
        _ = try journal.next(.incidentRaised, of: "help-1")
        try booth.tell("set box off")
        try booth.wait(until: "the box is restored") { try booth.incidents(.tamper).map(\.restored) == [true] }
        try booth.waitForEmptyQueues()
        let book = try booth.book()
        #expect(book.openings.count == 2 && book.gaps == 0 && book.conflicts == 0)
    }

    @Test("a wrong file changes nothing, and status says what is wrong with it until it is right")
    func wrongFile() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        let right = booth.configuration
        booth.configuration.point("help-2", kind: "help-buton", bus: "cabinet", address: 1)
        try reload(booth)
        let file = booth.workspace.file("boothd.toml")
        try booth.wait(until: "status tells of the file") {
            try booth.status().reasons.contains { $0.en.contains("\(file):") && $0.en.contains("the old one stays") }
        }
        #expect(try booth.control("status").status == .exited(1))
        #expect(try booth.points().map(\.id) == ["help-1"])
        let journal = try booth.follow()
        try booth.tell("press help-1")
        let raised = try journal.next(.incidentRaised, of: "help-1")
        try booth.platformLine { $0.contains(" id=\(raised.id) ") }

        booth.configuration = right
        try reload(booth)
        try booth.waitForService()
        try booth.wait(until: "in service again") { try booth.status().state == .inService }
    }

    @Test("a new start that the system refuses goes on in the same process, with the new file")
    func noNewStart() throws {
        let booth = try BoothUnderTest(points: [("box", "tamper")])
        try booth.startBoard("box", "help-1")
        try booth.startAgentThatCannotRunItself()
        let processID = try #require(booth.agent?.processID)
        // The tracer may not count the first program that it was told to run.
        try reload(booth)
        try booth.waitForService()
        booth.configuration.point("help-1", kind: "help-button", bus: "cabinet", address: 1)
        try reload(booth)
        try booth.agent?.line(on: .error, within: BoothUnderTest.patience) {
            $0.hasPrefix("boothd: run /proc/self/exe again: ")
        }
        try booth.waitForService()
        try booth.waitForReadings()
        #expect(try booth.points().map(\.id) == ["box", "help-1"])
        #expect(booth.agent?.processID == processID && booth.agent?.isRunning == true)
        #expect(try booth.stopAgent() == .exited(0))
    }

    @Test("the boards beside the file are read again with it; wrong ones are told at their place, and change nothing")
    func boards() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        let boards = try booth.workspace.write("[board.own]\ntitle = 1\n", to: "boards.toml")
        booth.configuration.modbus("named", tcpPort: booth.boardPort, lines: ["unit.1.profile = \"own\""])
        try reload(booth)
        try booth.wait(until: "status tells of the board") {
            try booth.status().reasons.contains {
                $0.en.contains("\(boards):2:9: ") && $0.en.contains("the old one stays")
            }
        }
        _ = try booth.workspace.write("[board.own]\ntitle = \"our own\"\n", to: "boards.toml")
        try reload(booth)
        try booth.waitForService()
        try booth.wait(until: "in service again") { try booth.status().state == .inService }
    }

    private func reload(_ booth: BoothUnderTest) throws {
        try booth.writeConfiguration()
        booth.agent?.send(signal: SIGHUP)
    }
}
