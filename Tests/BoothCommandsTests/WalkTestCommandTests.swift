// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Testing

@testable import BoothCommands

@Suite struct WalkTestCommandTests {
    /// An agent that tells these steps after the beginning.
    private static func bench(_ steps: [TestStep]) throws -> CommandBench {
        try CommandBench { call, replier in
            guard case .test(let point) = call else { return CommandBench.script(call, replier) }
            var begin = TestStep(.begin)
            let points = CommandBench.points.filter { point == nil || $0.id == point }
            begin.points = points.map { TestStep.Point(point: $0.id, name: $0.name) }
            begin.seconds = 600
            replier.answer(.testing(begin))
            for step in steps { replier.tell(step) }
        }
    }

    private static func step(
        _ stage: TestStep.Stage, _ press: Int, _ milliseconds: Double? = nil, target: TargetID? = nil,
        ticket: String? = nil
    ) -> TestStep {
        var step = TestStep(stage, press: press)
        (step.milliseconds, step.target, step.ticket) = (milliseconds, target, ticket)
        return step
    }

    private static func edge(_ press: Int, targets: [TargetID]) -> TestStep {
        var edge = TestStep(.edge, press: press)
        (edge.point, edge.name, edge.targets, edge.incident) = ("help-1", "门口求助按钮", targets, CommandBench.id)
        return edge
    }

    private static let whole = [
        edge(1, targets: ["police", "grid"]), step(.recorded, 1, 3.1), step(.sent, 1, 4, target: "police"),
        step(.accepted, 1, 12.55, target: "police", ticket: "JQ-7"), step(.sent, 1, 4.2, target: "grid"),
        step(.accepted, 1, 20, target: "grid"),
    ]

    @Test("shows each press on a line once it is through, and what was not tested")
    func lines() throws {
        let bench = try Self.bench(Self.whole + [TestStep(.end)])
        let outcome = try bench.run("test")
        #expect(outcome.code == .done && outcome.errors == "")
        #expect(
            outcome.output == """
                walk test of 2 points, 10 minutes at most: press each; Ctrl-C ends it. All that is pressed meanwhile is marked as a test.
                1   help-1     门口求助按钮  recorded 3.1 ms  police: sent 4.0 ms, accepted 12.6 ms JQ-7  grid: sent 4.2 ms, accepted 20.0 ms
                1 of 2 points tested; 1 activation, 1 went the whole way
                not tested:
                  room-door  room-door

                """)
        let chinese = try bench.run("test", "--lang", "zh").output
        #expect(chinese.contains("落盘 3.1 ms  police：发出 4.0 ms、受理 12.6 ms JQ-7"))
        #expect(chinese.hasSuffix("没有测到：\n  room-door  room-door\n"))
    }

    @Test("a press that somebody refused, or nobody has answered yet, is no success")
    func incomplete() throws {
        var rejected = Self.step(.rejected, 1, 9, target: "police")
        rejected.reason = "unknown booth"
        let refused = try Self.bench(
            [Self.edge(1, targets: ["police"]), Self.step(.recorded, 1, 3), rejected, TestStep(.end)]
        ).run("test")
        #expect(refused.code == .failed && refused.output.contains("police: rejected: unknown booth\n"))
        let waiting = try Self.bench(
            [Self.edge(1, targets: ["police"]), Self.step(.unrecorded, 1), TestStep(.end)]
        ).run("test")
        #expect(waiting.code == .failed)
        #expect(waiting.output.contains("not recorded: the disk refuses  police: not accepted\n"))
    }

    @Test("of one point, ends with its first press, and fails without one")
    func onePoint() throws {
        let bench = try Self.bench(Self.whole)
        let outcome = try bench.run("test", "--point", "help-1")
        #expect(outcome.code == .done && outcome.output.contains("1 of 1 point tested; 1 activation, 1 went"))
        #expect(try Self.bench([TestStep(.end)]).run("test", "--point", "help-1").code == .failed)
        let unknown = try CommandBench().run("test", "--point", "attic")
        #expect(unknown.code == .failed && unknown.errors.contains("there is no point attic; boothctl points"))
    }

    @Test("gives programs one object a line")
    func json() throws {
        let lines = try Self.bench(Self.whole + [TestStep(.end)]).run("test", "--json").output.split(separator: "\n")
        #expect(lines.count == 8)
        #expect(lines[0].hasPrefix(#"{"points":[{"name":"门口求助按钮","point":"help-1"},"#))
        #expect(lines[4] == #"{"ms":12.55,"press":1,"stage":"accepted","target":"police","ticket":"JQ-7"}"#)
        #expect(lines[7] == #"{"stage":"end"}"#)
    }

    @Test("Ctrl-C ends it with the summary; the end of the agent too, and says so")
    func endings() throws {
        let bench = try Self.bench([])
        let interruption = try WakeUp()
        interruption.ring()
        let interrupted = try bench.run("test", interruption: interruption.descriptor)
        #expect(interrupted.code == .done)
        let seen = try Mailbox<Bool>()
        let ended = try CommandBench { call, replier in
            var begin = TestStep(.begin)
            begin.points = [TestStep.Point(point: "help-1", name: "help-1")]
            replier.answer(.testing(begin))
            seen.post(true)
        }
        let server = ended.server
        let thread = try WorkerThread(name: "stopper") {
            _ = seen.wait(milliseconds: 10_000)
            server.stop()
        }
        let outcome = try ended.run("test")
        #expect(thread.join(milliseconds: 10_000))
        #expect(outcome.code == .failed && outcome.errors.contains("boothd ended the connection"))
    }
}
