// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc
import Testing

@Suite struct ControlClientTests {
    @Test("gives the reply as it came, and an error as what it means")
    func calls() throws {
        let bench = try ControlBench()
        let client = try ControlClient(path: bench.path)
        #expect(try client.call(.points) == #"{"points":[],"units":[]}"#)
        let id = EventID(key: 77, random: 5)
        #expect(throws: ControlClientError.refused(.noSuchIncident(id))) { try client.call(.incidents(id, all: false)) }
        let starting = ControlError.unavailable(Message(zh: "正在启动", en: "starting"))
        #expect(throws: ControlClientError.refused(starting)) { try client.call(.status) }
        #expect(try client.call(.incidents(nil, all: true)) == #"{"incidents":[]}"#)
    }

    @Test("says that nobody listens")
    func notRunning() throws {
        let path = "/tmp/booth-control-none/control"
        #expect(throws: ControlClientError.notRunning(path: path)) { try ControlClient(path: path) }
    }

    @Test("gives up on an agent that does not answer, and takes no late answer for another call's")
    func silence() throws {
        let held = try Mailbox<ControlReplier>()
        let bench = try ControlBench { held.post($1) }
        let client = try ControlClient(path: bench.path, patience: .milliseconds(50))
        #expect(throws: ControlClientError.silent) { try client.call(.status) }
        try #require(held.wait(milliseconds: 10_000).first).answer(.queue(QueueReply(targets: [])))
        #expect(throws: ControlClientError.disconnected) { try client.call(.status) }
    }

    @Test("notices an agent that stops")
    func stop() throws {
        let bench = try ControlBench()
        let client = try ControlClient(path: bench.path)
        _ = try client.call(.queue)
        bench.server.stop()
        #expect(throws: ControlClientError.disconnected) { try client.call(.status) }
    }

    @Test("hears that it is one client too many, whether its call was still taken or not")
    func tooManyClients() throws {
        var limits = ControlServer.Limits()
        limits.clients = 0
        let bench = try ControlBench(limits: limits)
        let reason = Message(
            zh: "已有 0 个客户端连着 boothd：结束其中一个，或用 root",
            en: "boothd has 0 clients already: end one of them, or be root")
        for _ in 0..<50 {
            let client = try ControlClient(path: bench.path)
            #expect(throws: ControlClientError.refused(.tooManyClients(reason))) { try client.call(.queue) }
        }
    }

    @Test("follows events until it is interrupted")
    func follow() throws {
        let bench = try ControlBench()
        let client = try ControlClient(path: bench.path)
        let interruption = try WakeUp()
        var seen: [String] = []
        try client.follow(until: interruption.descriptor) { event in
            seen.append(event)
            if seen.count == 2 { bench.server.publish("[3]", key: 3) }
            if seen.count == 3 { interruption.ring() }
            return true
        }
        #expect(seen == ["{ \"n\" :1.0}", "{ \"n\" :2.0}", "[3]"])
    }
}
