// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothSensing

/// What goes wrong over TCP, by the numbers of the catalogue of faults.
@Suite("Faults of Modbus TCP units", .serialized)
struct TCPFaultTests {
    private static let points = [PointConfiguration.register(10), .register(1060)]

    @Test("43: a connection that is only half open costs its own bus a timeout, and the others nothing")
    func halfOpen() throws {
        let timeout = Duration.milliseconds(200)
        let dead = try LyingBoard(on: .tcp)
        let live = try LyingBoard(on: .tcp)
        let first = try BusUnderTest(dead.transport, timeout: timeout, Self.points)
        let second = try BusUnderTest(live.transport, timeout: .seconds(5), Self.points)
        #expect(first.waitForGood(Self.points) && second.waitForGood(Self.points))
        dead.answer { _ in .halfOpen }
        let before = live.heard.count
        #expect(first.collector.wait { $0.devices().first?.fault?.code == .silent })
        #expect(first.collector.devices().map(\.device) == ["modbus:bus/1"])
        // Three timeouts of 200 ms went by; two requests each 50 ms are due to the other in them.
        #expect(live.heard.count - before >= 6)
        #expect(second.collector.wait(seconds: 0) { $0.reports.count == Self.points.count })
        // Each request that was given up gave up its connection too.
        #expect(dead.connections >= 3)
        dead.answer { _ in .none }
        #expect(first.waitForGood(Self.points))
        #expect(first.wrongReadings(Self.points) == [])
        #expect(first.collector.devices().map { $0.fault == nil } == [false, true])
    }

    @Test("44: an answer of another transaction costs the connection, and the next request is in step again")
    func transactionMismatch() throws {
        let board = try LyingBoard(on: .tcp)
        let bus = try BusUnderTest(board.transport, timeout: .seconds(5), Self.points)
        #expect(bus.waitForGood(Self.points))
        for mismatches in 1...5 {
            let turn = Turn()
            board.answer { _ in turn.next() == 0 ? .wrongTransaction : .none }
            // The requests that follow are answered rightly, on a connection of their own.
            let enough = board.heard.count + 5
            #expect(board.wait { $0.count >= enough && $0.suffix(4).allSatisfy { $0.lie == Lie.none } })
            #expect(board.heard.count { $0.lie == .wrongTransaction } == mismatches)
            #expect(board.connections == 1 + mismatches)
        }
        // Due after 50 ms; a timeout of 5 s is never waited for.
        let times = board.heard.map(\.at)
        let longest = zip(times, times.dropFirst()).map { $0.duration(to: $1) }.max() ?? .zero
        #expect(longest < .seconds(2))
        let enough = board.heard.count + 10
        #expect(board.wait { $0.count >= enough })
        // Nothing was lost, nothing became stale, and no value was another's.
        #expect(bus.collector.wait(seconds: 0) { $0.reports.count == Self.points.count })
        #expect(bus.wrongReadings(Self.points) == [])
        #expect(board.connections == 6)
    }

    @Test("45: a hundred units that accept and never answer leave the others their cycle, on one thread for all")
    func neverAnswering() throws {
        let ports = try (0..<100).map { _ in try ListeningPort() }
        let board = try LyingBoard(on: .tcp)
        let collector = try ReportCollector()
        let names = ports.indices.map { "dead-\($0)" }
        let setups =
            zip(names, ports.map { ModbusBusConfiguration.Transport.tcp(host: "127.0.0.1", port: $0.port) })
            + [("live", board.transport)]
        let threads = try ModbusThread.threads(
            for: setups.map { name, transport in
                BusSetup(
                    ModbusBusConfiguration(name: name, transport: transport, responseTimeout: .milliseconds(300)),
                    points: [.register(10, of: name == "live" ? 2 : 1, bus: name)], unitSilent: 3,
                    deliver: collector.deliver)
            })
        #expect(threads.count == 1)
        defer {
            for thread in threads {
                thread.stop()
                thread.join(milliseconds: 10_000)
            }
        }
        for thread in threads { try thread.start() }
        #expect(collector.wait(seconds: 60) { $0.devices().count == 100 })
        #expect(Set(collector.devices().map(\.device)) == Set(names.map { DeviceID.unit(1, of: $0) }))
        #expect(collector.devices().allSatisfy { $0.fault?.code == .silent })
        // Each of them took three timeouts of 300 ms; the live one was asked each 50 ms meanwhile.
        #expect(board.heard.count >= 9)
        let enough = board.heard.count + 20
        #expect(board.wait { $0.count >= enough })
        let times = board.heard.map(\.at)
        let longest = zip(times, times.dropFirst()).map { $0.duration(to: $1) }.max() ?? .zero
        // One timeout of one dead unit would be a good part of it, two are more.
        #expect(longest < .milliseconds(500))
        #expect(collector.reading("u2-r10")?.quality == .good)
        #expect(board.connections == 1)
        #expect(ThreadList.identifiers(named: "modbus-tcp").count == 1)
    }
}
