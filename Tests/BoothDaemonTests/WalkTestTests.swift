// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("A walk test")
struct WalkTestTests {
    private static func booth() throws -> BoothUnderTest {
        let booth = try BoothUnderTest(points: [("help-1", "help-button"), ("shop", "street-door")])
        try booth.startBoard("help-1", "shop")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        return booth
    }

    @Test(
        "shows each press until the platform has it; presses are in earnest again once boothctl is gone, however it goes",
        arguments: [SIGINT, SIGKILL])
    func whole(signal: CInt) throws {
        let booth = try Self.booth()
        let control = try booth.startControl(["test"])
        try control.line(within: BoothUnderTest.patience) { $0.hasPrefix("walk test of 2 points") }
        let second = try booth.control("test")
        #expect(second.status == .exited(1) && second.errors[0].contains("is testing; wait"), "\(second)")

        try booth.tell("press help-1")
        try control.line(within: BoothUnderTest.patience) {
            $0.hasPrefix("1   help-1") && $0.contains("recorded ") && $0.contains("police: sent ")
                && $0.contains("accepted ")
        }
        try booth.tell("set unit 1 discrete-input 1 on")
        try control.line(within: BoothUnderTest.patience) { $0.hasPrefix("2   shop") && $0.contains("a record only") }
        #expect(try booth.incidents(.help).map(\.test) == [true])
        let status = try control.stop(with: signal, within: BoothUnderTest.patience)
        if signal == SIGINT {
            #expect(status == .exited(0))
            #expect(control.lines.contains { $0.text.hasPrefix("2 of 2 points tested; 2 activations, 2 went") })
        }
        try booth.wait(until: "the test is over") { try booth.incidents(.help).map(\.outcome) == ["test"] }
        #expect(try booth.incidents(.help).map(\.by) == [.agent])

        try booth.tell("press help-1")
        try booth.wait(until: "the next press is in earnest") {
            try booth.incidents(.help).map(\.test) == [true, false]
        }
    }

    @Test("of one point, ends with its first press, step by step for programs")
    func onePoint() throws {
        let booth = try Self.booth()
        let control = try booth.startControl(["test", "--point", "help-1", "--json"])
        try control.line(within: BoothUnderTest.patience) { $0.contains(#""stage":"begin""#) }
        try booth.tell("press help-1")
        #expect(try control.wait(within: BoothUnderTest.patience) == .exited(0))
        let steps = try control.lines.filter { $0.stream == .output }.map {
            try JSONDecoder().decode(TestStep.self, from: Data($0.text.utf8))
        }
        #expect(Set(steps.map(\.stage)).isSuperset(of: [.begin, .edge, .recorded, .sent, .accepted]))
        let times = [TestStep.Stage.recorded, .sent, .accepted].compactMap { stage in
            steps.first { $0.stage == stage }?.milliseconds
        }
        #expect(times.count == 3 && times == times.sorted() && times[0] > 0, "\(times)")
        let unknown = try booth.control("test", "--point", "attic")
        #expect(unknown.status == .exited(1) && unknown.errors[0].contains("there is no point attic"), "\(unknown)")
    }

    @Test("an agent that is killed in a test closes what it raised at its next start")
    func killed() throws {
        let booth = try Self.booth()
        let control = try booth.startControl(["test"])
        try control.line(within: BoothUnderTest.patience) { $0.hasPrefix("walk test of 2 points") }
        try booth.tell("press help-1")
        try control.line(within: BoothUnderTest.patience) { $0.hasPrefix("1   help-1") && $0.contains("accepted ") }
        try booth.stopAgent(with: SIGKILL)
        #expect(try control.wait(within: BoothUnderTest.patience) == .exited(1))
        #expect(
            control.lines.contains { $0.text.contains("not tested:") }
                && control.lines.contains { $0.text.contains("ended the connection") })
        try booth.startAgent()
        try booth.wait(until: "what was raised is closed") { try booth.incidents(.help).map(\.outcome) == ["test"] }
    }
}
