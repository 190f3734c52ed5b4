// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc
import Synchronization
import Testing

@Suite struct ControlServerTests {
    static let info =
        #"{"parameters":{"interfaces":["org.varlink.service","cn.boothd.Agent"],"product":"boothd","#
        + #""url":"man:boothctl(1)","vendor":"boothd","version":"1.2.3"}}"#

    @Test("answers GetInfo to plain bytes, also when the client has ended its side")
    func serviceInfo() throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.write(Array(#"{"method":"org.varlink.service.GetInfo"}"#.utf8) + [0])
        client.endWriting()
        #expect(try client.read() == Self.info)
        #expect(client.isEnded())
    }

    @Test("takes a call that is split at any byte")
    func split() throws {
        let bench = try ControlBench()
        let call = Array(#"{"method":"cn.boothd.Agent.GetQueue","parameters":{}}"#.utf8) + [0]
        for cut in 1..<call.count {
            let client = try RawClient(bench.path)
            client.write(call[..<cut])
            // A round trip of another client: the first part has been read by then.
            let other = try RawClient(bench.path)
            other.call(#"{"method":"cn.boothd.Agent.GetQueue"}"#)
            _ = try other.read()
            client.write(call[cut...])
            #expect(try client.read() == #"{"parameters":{"targets":[]}}"#)
        }
    }

    @Test("answers calls sent together in their order, though the daemon answers late")
    func pipelining() throws {
        let held = Mutex<[ControlReplier]>([])
        let asked = try Mailbox<ControlCall>()
        let bench = try ControlBench { call, replier in
            if call == .points { held.withLock { $0.append(replier) } } else { ControlBench.script(call, replier) }
            asked.post(call)
        }
        let client = try RawClient(bench.path)
        let agent = "cn.boothd.Agent"
        client.write(
            Array(
                "{\"method\":\"\(agent).ListPoints\"}\0{\"method\":\"\(agent).GetQueue\"}\0{\"method\":\"no.Such\"}\0"
                    .utf8))
        #expect(asked.wait(milliseconds: 10_000) == [.points])
        held.withLock { $0.removeFirst() }.answer(.points(PointsReply(points: [])))
        #expect(try client.read() == #"{"parameters":{"points":[],"units":[]}}"#)
        #expect(try client.read() == #"{"parameters":{"targets":[]}}"#)
        #expect(try client.read()?.contains("MethodNotFound") == true)
    }

    @Test("takes hundreds of calls sent together, and one client's flood leaves the others their turn")
    func flood() throws {
        let bench = try ControlBench()
        let flooding = try RawClient(bench.path)
        let one = Array(#"{"method":"cn.boothd.Agent.ListPoints"}"#.utf8) + [0]
        flooding.write((0..<500).flatMap { _ in one })
        let other = try RawClient(bench.path)
        other.write(one)
        #expect(try other.read() == #"{"parameters":{"points":[],"units":[]}}"#)
        for _ in 0..<500 { #expect(try flooding.read() == #"{"parameters":{"points":[],"units":[]}}"#) }
    }

    @Test(
        "names what is wrong with a call",
        arguments: [
            (#"{"method":"cn.boothd.Agent.Sing"}"#, "MethodNotFound", #"{"method":"cn.boothd.Agent.Sing"}"#),
            (#"{"method":"x"}"#, "MethodNotFound", #"{"method":"x"}"#),
            (
                #"{"method":"cn.boothd.Agent.ListPoints","parameters":{"al":true}}"#, "InvalidParameter",
                #"{"parameter":"al"}"#
            ),
            (
                #"{"method":"cn.boothd.Agent.ListPoints","parameters":[]}"#, "InvalidParameter",
                #"{"parameter":"parameters"}"#
            ),
            (
                #"{"method":"cn.boothd.Agent.ListIncidents","parameters":{"all":"yes"}}"#, "InvalidParameter",
                #"{"parameter":"all"}"#
            ),
            (
                #"{"method":"cn.boothd.Agent.ListIncidents","parameters":{"incident":"7"}}"#, "InvalidParameter",
                #"{"parameter":"incident"}"#
            ),
            (
                #"{"method":"org.varlink.service.GetInterfaceDescription"}"#, "InvalidParameter",
                #"{"parameter":"interface"}"#
            ),
            (
                #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"a.b"}}"#,
                "InterfaceNotFound", #"{"interface":"a.b"}"#
            ),
        ])
    func errors(call: String, error: String, parameters: String) throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.call(call)
        #expect(try client.read() == "{\"error\":\"org.varlink.service.\(error)\",\"parameters\":\(parameters)}")
    }

    @Test("describes both interfaces")
    func description() throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        for interface in ["cn.boothd.Agent", "org.varlink.service"] {
            client.call(
                "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"\(interface)\"}}"
            )
            #expect(try client.read()?.contains("interface \(interface)\\n") == true)
        }
    }

    @Test("sends no reply to oneway calls")
    func oneway() throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        for method in [
            "org.varlink.service.GetInfo", "cn.boothd.Agent.GetQueue", "cn.boothd.Agent.FollowEvents", "a.B",
        ] {
            client.call("{\"method\":\"\(method)\",\"oneway\":true,\"more\":true}")
        }
        client.call(#"{"method":"cn.boothd.Agent.ListPoints"}"#)
        #expect(try client.read() == #"{"parameters":{"points":[],"units":[]}}"#)
    }

    @Test(
        "ends the connection at what is not a call",
        arguments: [
            "\0", "hello\0", "[]\0", "{}\0", "{\"method\":7}\0", "{\"method\":\"a.B\"\0}\0", "\u{1}\u{2}\0",
        ])
    func garbage(bytes: String) throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.write(bytes.utf8)
        #expect(client.isEnded())
        let next = try RawClient(bench.path)
        next.call(#"{"method":"cn.boothd.Agent.GetQueue"}"#)
        #expect(try next.read() == #"{"parameters":{"targets":[]}}"#)
    }

    @Test("ends the connection at JSON that is nested without end")
    func nested() throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.write(Array(repeating: UInt8(ascii: "["), count: 100_000) + [0])
        #expect(client.isEnded())
    }

    @Test("takes a message of 1 MiB and ends the connection at one byte more", arguments: [0, 1])
    func oversize(extra: Int) throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        let call = Array(#"{"method":"cn.boothd.Agent.GetQueue"}"#.utf8)
        client.write(call + [UInt8](repeating: 0x20, count: (1 << 20) - call.count + extra))
        client.write([0])
        #expect(try client.read() == (extra == 0 ? #"{"parameters":{"targets":[]}}"# : nil))
    }

    @Test("tells a client that still waits when it stops")
    func unanswered() throws {
        let asked = try Mailbox<ControlCall>()
        let bench = try ControlBench { call, _ in asked.post(call) }
        let client = try RawClient(bench.path)
        client.call(#"{"method":"cn.boothd.Agent.GetStatus"}"#)
        #expect(asked.wait(milliseconds: 10_000) == [.status])
        bench.server.stop()
        #expect(try client.read()?.hasPrefix(#"{"error":"cn.boothd.Agent.Unavailable""#) == true)
    }

    @Test("lets no crowd of idle clients lock the next one out: the oldest makes room")
    func idleClients() throws {
        let bench = try ControlBench()
        var clients: [RawClient] = []
        for _ in 0..<65 {
            let client = try RawClient(bench.path)
            client.call(#"{"method":"cn.boothd.Agent.GetQueue"}"#)
            #expect(try client.read() != nil)
            clients.append(client)
        }
        #expect(clients[0].isEnded())
        clients[1].call(#"{"method":"cn.boothd.Agent.GetQueue"}"#)
        #expect(try clients[1].read() != nil)
    }

    private static let follow = #"{"method":"cn.boothd.Agent.FollowEvents","more":true}"#
    private static let queue = #"{"method":"cn.boothd.Agent.GetQueue"}"#

    /// Clients that follow events, each of which has had its first.
    private func followers(_ count: Int, of bench: ControlBench) throws -> [RawClient] {
        try (0..<count).map { _ in
            let client = try RawClient(bench.path)
            client.call(Self.follow)
            #expect(try client.read()?.contains(#""event":"#) == true)
            return client
        }
    }

    @Test("refuses the follower that is one too many and keeps its connection; short calls have places left")
    func followerLimit() throws {
        let bench = try ControlBench()
        var clients = try followers(48, of: bench)
        let refused = try RawClient(bench.path)
        refused.call(Self.follow)
        #expect(
            try refused.read() == #"{"error":"cn.boothd.Agent.TooManyClients","parameters":{"#
                + #""reason":"events have 48 followers already: end one of them","#
                + #""reason_zh":"已有 48 个客户端在跟踪消息：结束其中一个"}}"#)
        refused.call(Self.queue)
        #expect(try refused.read() == #"{"parameters":{"targets":[]}}"#)
        clients.removeFirst()
        // That a follower has gone is noticed in the server's own time; until then the next one is one too many.
        let deadline = ContinuousClock.now + .seconds(10)
        var answer: String?
        while answer?.contains("event") != true, ContinuousClock.now < deadline {
            refused.call(Self.follow)
            answer = try refused.read()
        }
        #expect(answer?.contains(#""event":"#) == true)
    }

    @Test("keeps places for root and the agent's own user, whom nobody else drives out of theirs")
    func keptPlaces() throws {
        let isOwn = Atomic(false)
        let held = Mutex<[ControlReplier]>([])
        var limits = ControlServer.Limits()
        // Seven followers and nobody else; of the others' places all but two are kept.
        (limits.clients, limits.followers, limits.kept) = (8, 7, 6)
        limits.isOwn = { _ in isOwn.load(ordering: .sequentiallyConsistent) }
        let bench = try ControlBench(limits: limits) { call, replier in
            if call == .status { held.withLock { $0.append(replier) } } else { ControlBench.script(call, replier) }
        }
        let first = try followers(1, of: bench)
        let other = try RawClient(bench.path)
        other.call(Self.follow)
        #expect(try other.read()?.contains("events have 1 follower already") == true)
        // Two of them have what is not kept; the next one is told so, before it has called.
        other.call(#"{"method":"cn.boothd.Agent.GetStatus"}"#)
        try waitForCalls(1, held)
        let refused = try RawClient(bench.path)
        #expect(try refused.read()?.contains(#""error":"cn.boothd.Agent.TooManyClients""#) == true)
        #expect(refused.isEnded())

        isOwn.store(true, ordering: .sequentiallyConsistent)
        let own = try followers(6, of: bench)
        let last = try RawClient(bench.path)
        #expect(try last.read()?.contains("8 clients already") == true)
        withExtendedLifetime((first, own)) { held.withLock { $0 = [] } }
    }

    private func waitForCalls(_ count: Int, _ held: borrowing Mutex<[ControlReplier]>) throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while held.withLock({ $0.count }) < count { try #require(ContinuousClock.now < deadline) }
    }

    @Test("a client that leaves its answer unread loses its place to the next one")
    func unreadAnswer() throws {
        var limits = ControlServer.Limits()
        limits.clients = 1
        limits.unreadPatience = .zero
        let asked = try Mailbox<Bool>()
        let bench = try ControlBench(limits: limits) { call, replier in
            guard call == .events else { return ControlBench.script(call, replier) }
            // More than a socket takes for a reader that does not read.
            replier.answer(.events([RecentEvent(key: 1, json: "[\"\(String(repeating: "x", count: 8 << 20))\"]")]))
            asked.post(true)
        }
        let slow = try RawClient(bench.path)
        slow.call(#"{"method":"cn.boothd.Agent.FollowEvents"}"#)
        #expect(asked.wait(milliseconds: 10_000) == [true])
        let deadline = ContinuousClock.now + .seconds(10)
        var answer: String?
        while answer != #"{"parameters":{"targets":[]}}"#, ContinuousClock.now < deadline {
            let next = try RawClient(bench.path)
            next.call(Self.queue)
            answer = try next.read()
        }
        #expect(answer == #"{"parameters":{"targets":[]}}"#)
    }

    @Test("tells the daemon who calls")
    func caller() throws {
        let callers = try Mailbox<Caller>()
        let bench = try ControlBench { call, replier in
            callers.post(replier.caller)
            ControlBench.script(call, replier)
        }
        let client = try RawClient(bench.path)
        client.call(#"{"method":"cn.boothd.Agent.GetQueue"}"#)
        let caller = try #require(callers.wait(milliseconds: 10_000).first)
        #expect(caller.credentials.pid == getpid())
        #expect(caller.credentials.uid == geteuid())
        #expect(caller.mayAct())
    }

    @Test(
        "lets root, the agent's user and the operators act",
        arguments: [
            (0, 0, [], true), (200, 9, [], true), (300, 9, [], false), (300, 50, [], true), (300, 9, [7, 50], true),
        ] as [(uid_t, gid_t, [gid_t], Bool)])
    func mayAct(uid: uid_t, gid: gid_t, groups: [gid_t], expected: Bool) {
        let caller = Caller(PeerCredentials(pid: 1, uid: uid, gid: gid, groups: groups))
        #expect(caller.mayAct(agent: 200, operators: 50) == expected)
        #expect(caller.mayAct(agent: 200, operators: nil) == (uid == 0 || uid == 200))
    }
}
