// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothSensing

/// What goes wrong over TCP, by the numbers of the catalogue of faults.
@Suite("Faults of Modbus TCP units", .serialized)
struct TCPFaultTests {
    private static let points = [PointConfiguration.register(10), .register(60)]

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
        let enough = board.heard.count + 10
        #expect(board.wait { $0.count >= enough })
        // Nothing was lost, nothing became stale, and no value was another's.
        #expect(bus.collector.wait(seconds: 0) { $0.reports.count == Self.points.count })
        #expect(bus.wrongReadings(Self.points) == [])
        #expect(board.connections == 6)
    }
}
