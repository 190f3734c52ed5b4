// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Synchronization
import Testing

@testable import BoothControl

@Suite struct FollowEventsTests {
    private static let follow = #"{"method":"cn.boothd.Agent.FollowEvents","more":true}"#

    private static func reply(_ key: Int64) -> String {
        "{\"parameters\":{\"event\":{ \"n\" :\(key).0}},\"continues\":true}"
    }

    @Test("gives the newest events in one reply to a client that does not follow")
    func once() throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.call(#"{"method":"cn.boothd.Agent.FollowEvents"}"#)
        #expect(try client.read() == #"{"parameters":{"events":[{ "n" :1.0},{ "n" :2.0}]}}"#)
    }

    @Test("shows each event once and in order, also those published while the newest are looked up")
    func noGapNoRepeat() throws {
        let held = Mutex<ControlReplier?>(nil)
        let asked = try Mailbox<ControlCall>()
        let bench = try ControlBench { call, replier in
            held.withLock { $0 = replier }
            asked.post(call)
        }
        let client = try RawClient(bench.path)
        client.call(Self.follow)
        #expect(asked.wait(milliseconds: 10_000) == [.events])
        for key in Int64(1)...4 { bench.server.publish(ControlBench.event(key).json, key: key) }
        let replier = try #require(held.withLock { $0.take() })
        replier.answer(.events((1...3).map(ControlBench.event)))
        for key in Int64(3)...6 { bench.server.publish(ControlBench.event(key).json, key: key) }
        for key in Int64(1)...6 { #expect(try client.read() == Self.reply(key)) }
    }

    @Test("keeps nothing of what is published while it does not run")
    func notRunning() throws {
        let bench = try ControlBench()
        let second = try ControlServer(path: bench.path, version: "2", call: ControlBench.script)
        second.publish(ControlBench.event(1).json, key: 1)
        #expect(second.mailbox.take().isEmpty)
        #expect(throws: SystemError.self) { try second.start() }
        second.publish(ControlBench.event(2).json, key: 2)
        #expect(second.mailbox.take().isEmpty)
    }

    @Test("goes on for a client that has ended its side")
    func halfClosed() throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.call(Self.follow)
        client.endWriting()
        for key in Int64(1)...2 { #expect(try client.read() == Self.reply(key)) }
        bench.server.publish(ControlBench.event(3).json, key: 3)
        #expect(try client.read() == Self.reply(3))
    }

    @Test("drops a follower that does not read, and no other")
    func slowReader() throws {
        let bench = try ControlBench()
        let slow = try RawClient(bench.path)
        let quick = try RawClient(bench.path)
        for client in [slow, quick] {
            client.call(Self.follow)
            for _ in 1...2 { _ = try client.read() }
        }
        let big = "\"" + String(repeating: "x", count: 256 << 10) + "\""
        for key in Int64(3)...42 {
            bench.server.publish(big, key: key)
            #expect(try quick.read() == "{\"parameters\":{\"event\":\(big)},\"continues\":true}")
        }
        var replies = 0
        while try slow.read() != nil { replies += 1 }
        // What the kernel had taken: far less than the 40 published.
        #expect(replies < 20)
    }

    @Test("answers with the error when the events cannot be read, and takes the next call")
    func refused() throws {
        let bench = try ControlBench { call, replier in
            if call == .events { return replier.answer(.refused(.permissionDenied)) }
            ControlBench.script(call, replier)
        }
        let client = try RawClient(bench.path)
        client.call(Self.follow)
        client.call(#"{"method":"cn.boothd.Agent.GetQueue"}"#)
        #expect(try client.read() == #"{"error":"org.varlink.service.PermissionDenied","parameters":{}}"#)
        #expect(try client.read() == #"{"parameters":{"targets":[]}}"#)
    }
}
