// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Synchronization
import Testing

@testable import BoothControl

@Suite struct BusLoanTests {
    private static let lend = #"{"method":"cn.boothd.Agent.LendBus","parameters":{"bus":"inside"},"more":true}"#
    private static let points = #"{"method":"cn.boothd.Agent.ListPoints"}"#
    private static let lent = #"{"parameters":{"lent":true},"continues":true}"#

    /// A server that lends every bus, and says when it has one back.
    private static func lender(_ returned: Mailbox<String>) throws -> ControlBench {
        let lent = Mutex<[Int: String]>([:])
        return try ControlBench(
            call: { call, replier in
                guard case .lendBus(let bus, _) = call else { return ControlBench.script(call, replier) }
                lent.withLock { $0[replier.number] = bus }
                replier.answer(.lent)
            }, ended: { call in if let bus = lent.withLock({ $0.removeValue(forKey: call) }) { returned.post(bus) } })
    }

    @Test("a bus is lent until the connection ends, however much is published meanwhile")
    func untilTheEnd() throws {
        let returned = try Mailbox<String>()
        let bench = try Self.lender(returned)
        var client: RawClient? = try RawClient(bench.path)
        client?.call(Self.lend)
        #expect(try client?.read() == Self.lent)
        bench.server.publish("{}", key: 1)
        // Another client's answer comes after what was published: nothing was sent to the borrower, who keeps the bus.
        let other = try RawClient(bench.path)
        other.call(Self.points)
        #expect(try other.read() != nil && returned.take().isEmpty)
        client = nil
        #expect(returned.wait(milliseconds: 10_000) == ["inside"])
    }

    @Test("a borrower that stalls slows nobody, and a client that went before the answer keeps no bus")
    func gone() throws {
        let returned = try Mailbox<String>()
        let held = Mutex<[ControlReplier]>([])
        let asked = try Mailbox<ControlCall>()
        let bench = try ControlBench(
            call: { call, replier in
                guard case .lendBus = call else { return ControlBench.script(call, replier) }
                held.withLock { $0.append(replier) }
                asked.post(call)
            }, ended: { _ in returned.post("inside") })
        var client: RawClient? = try RawClient(bench.path)
        client?.call(Self.lend)
        #expect(asked.wait(milliseconds: 10_000) == [.lendBus("inside")])
        client = nil
        let other = try RawClient(bench.path)
        other.call(Self.points)
        #expect(try other.read() != nil)
        let replier = try #require(held.withLock { $0.popLast() })
        replier.answer(.lent)
        #expect(returned.wait(milliseconds: 10_000) == ["inside"])
    }

    @Test("a server that stops takes back what it lent")
    func stop() throws {
        let returned = try Mailbox<String>()
        let bench = try Self.lender(returned)
        let client = try ControlClient(path: bench.path)
        try client.borrow(bus: "inside")
        #expect(!client.isDisconnected)
        bench.server.stop()
        #expect(returned.wait(milliseconds: 10_000) == ["inside"])
        #expect(client.isDisconnected)
    }

    @Test(
        "a call that cannot be carried out names its parameter",
        arguments: [
            (#"LendBus","parameters":{"bus":"x"}"#, "more"), (#"LendBus","more":true"#, "bus"),
            (#"LendBus","parameters":{"bus":"x","y":1},"more":true"#, "y"),
            (#"ReadModbus","parameters":{"bus":"x","unit":256,"table":"coil","address":0}"#, "unit"),
            (#"ReadModbus","parameters":{"bus":"x","unit":1,"table":"coils","address":0}"#, "table"),
            (#"ReadModbus","parameters":{"bus":"x","unit":1,"table":"coil"}"#, "address"),
            (#"ReadModbus","parameters":{"bus":"x","unit":1,"table":"coil","address":65536}"#, "address"),
            (
                #"ReadModbus","parameters":{"bus":"x","unit":1,"table":"input-register","address":0,"count":126}"#,
                "count"
            ),
            (#"ReadModbus","parameters":{"bus":"x","unit":1,"table":"coil","address":65535,"count":2}"#, "count"),
        ])
    func parameters(call: String, name: String) throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.call("{\"method\":\"cn.boothd.Agent.\(call)}")
        #expect(
            try client.read()
                == "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"\(name)\"}}")
    }

    @Test("a read's values come in order, and its failure with a word for machines")
    func read() throws {
        let good = try #require(ModbusRead(bus: "x", unit: 1, table: .inputRegister, address: 5, count: 3))
        let reading = try ControlBench()
        #expect(try ControlClient(path: reading.path).call(.readModbus(good)) == #"{"values":[5,6,7]}"#)
        for failure in [ReadFailure.silent, .garbled, .echo, .exception(2), .lost(Message(zh: "甲", en: "a")), .notOpen]
        {
            let bench = try ControlBench { $1.answer(.refused(.readFailed(failure))) }
            #expect(throws: ControlClientError.refused(.readFailed(failure))) {
                try ControlClient(path: bench.path).call(.readModbus(good))
            }
        }
    }
}
