// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Synchronization
import Testing

@testable import BoothControl

@Suite("The walk test's call") struct WalkTestTests {
    private static let test = #"{"method":"cn.boothd.Agent.Test","more":true}"#
    private static let points = #"{"method":"cn.boothd.Agent.ListPoints"}"#

    private struct Tester {
        let bench: ControlBench
        /// What comes when a test's connection has ended.
        let ended: Mailbox<Bool>
        let repliers: Mailbox<ControlReplier>

        init() throws {
            let ended = try Mailbox<Bool>()
            let repliers = try Mailbox<ControlReplier>()
            bench = try ControlBench(
                call: { call, replier in
                    guard case .test = call else { return ControlBench.script(call, replier) }
                    replier.answer(.testing(TestStep(.begin)))
                    repliers.post(replier)
                }, ended: { _ in ended.post(true) })
            (self.ended, self.repliers) = (ended, repliers)
        }

        func replier() throws -> ControlReplier { try #require(repliers.wait(milliseconds: 10_000).first) }
    }

    @Test("steps go on until the last, after which the connection takes calls again")
    func steps() throws {
        let tester = try Tester()
        let client = try RawClient(tester.bench.path)
        client.call(Self.test)
        #expect(try client.read() == #"{"parameters":{"stage":"begin"},"continues":true}"#)
        let replier = try tester.replier()
        var step = TestStep(.accepted, press: 1)
        (step.target, step.ticket, step.milliseconds) = ("police", "JQ-7", 12.5)
        replier.tell(step)
        #expect(
            try client.read()
                == #"{"parameters":{"ms":12.5,"press":1,"stage":"accepted","target":"police","ticket":"JQ-7"},"continues":true}"#
        )
        #expect(tester.ended.take().isEmpty)
        replier.tell(TestStep(.end))
        #expect(try client.read() == #"{"parameters":{"stage":"end"}}"#)
        #expect(tester.ended.wait(milliseconds: 10_000) == [true])
        client.call(Self.points)
        #expect(try client.read() == #"{"parameters":{"points":[],"units":[]}}"#)
        // A step that comes too late is nobody's.
        replier.tell(TestStep(.sent, press: 1))
        client.call(Self.points)
        #expect(try client.read() == #"{"parameters":{"points":[],"units":[]}}"#)
    }

    @Test("a client that goes ends its test")
    func gone() throws {
        let tester = try Tester()
        var client: RawClient? = try RawClient(tester.bench.path)
        client?.call(Self.test)
        #expect(try client?.read() != nil)
        client = nil
        #expect(tester.ended.wait(milliseconds: 10_000) == [true])
        try tester.replier().tell(TestStep(.end))
    }

    @Test("the client's own reading ends with the last step, or when it wants no more")
    func client() throws {
        let tester = try Tester()
        let stages = Mutex<[TestStep.Stage]>([])
        let repliers = tester.repliers
        let thread = try WorkerThread(name: "teller") {
            guard let replier = repliers.wait(milliseconds: 10_000).first else { return }
            for stage in [TestStep.Stage.edge, .recorded, .end] { replier.tell(TestStep(stage, press: 1)) }
        }
        try ControlClient(path: tester.bench.path).test(nil) { _, step in
            stages.withLock { $0.append(step.stage) }
            return true
        }
        #expect(thread.join(milliseconds: 10_000))
        #expect(stages.withLock { $0 } == [.begin, .edge, .recorded, .end])
        try ControlClient(path: tester.bench.path).test("help-1") { _, _ in false }
        #expect(tester.ended.wait(milliseconds: 10_000).contains(true))
    }
}
