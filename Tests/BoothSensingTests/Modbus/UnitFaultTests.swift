// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothSensing

/// What goes wrong with units of a bus, by the numbers of the catalogue of faults.
@Suite("Faults of units", .serialized)
struct UnitFaultTests {
    @Test("40: exceptions are told by what they mean, and none costs the connection", arguments: RawWire.allCases)
    func exceptions(wire: RawWire) throws {
        let codes: [Int: UInt8] = [1: 2, 2: 4, 4: 11]
        let busy = Turn()
        let board = try LyingBoard(on: wire) { frame in
            // Busy for a moment, again and again.
            if frame.unit == 3 { return busy.next() % 3 < 2 ? .exception(6) : .none }
            return codes[frame.unit].map { .exception($0) } ?? .none
        }
        let points = (1...5).map { PointConfiguration.register(10, of: $0) }
        let bus = try BusUnderTest(board.transport, timeout: .seconds(1), points)
        #expect(bus.waitForGood([points[2], points[4]]))
        #expect(
            bus.collector.wait { collector in
                collector.devices().count == 3 && collector.reading("u1-r10") != nil
            })
        // An address that is not there is its point's matter; a unit that fails, and one that a gateway does not reach,
        // are lost.
        #expect(bus.collector.reading("u1-r10")?.quality == .fault)
        let faults = bus.collector.devices().reduce(into: [:]) { $0[$1.device] = $1.fault?.code }
        #expect(faults == ["address:u1-r10": .refused, "modbus:bus/2": .refused, "modbus:bus/4": .silent])
        let enough = board.heard.count { $0.frame.unit == 3 } + 9
        #expect(board.wait { $0.count { $0.frame.unit == 3 } >= enough })
        #expect(bus.collector.wait(seconds: 0) { $0.devices().count == 3 })
        #expect(board.connections == (wire == .tcp ? 1 : 0))
        board.answer { _ in .none }
        #expect(bus.waitForGood(points))
        #expect(bus.wrongReadings(points) == [])
    }

    @Test(
        "47: a value that cannot be is quality; it is a fault of the sensor once it lasts, and the first right one counts"
    )
    func implausible() throws {
        var ranged = PointConfiguration.register(1060)
        if case .modbus(var source) = ranged.source {
            let word = Int(RawTruth.word(4, 1060, of: 1))
            source.plausible = word - 100...word + 100
            ranged.source = .modbus(source)
        }
        let points = [PointConfiguration.register(10), ranged]
        let board = try LyingBoard(on: .serial)
        let bus = try BusUnderTest(board.transport, timeout: .seconds(1), points)
        #expect(bus.waitForGood(points))
        // Twice, and right again.
        for word: UInt16 in [0xFFFF, 0x0001] {
            let turn = Turn()
            board.answer { frame in frame.address == 1060 && turn.next() < 2 ? .words([word]) : .none }
            #expect(bus.collector.wait { $0.reading(ranged.id)?.quality == .fault })
            #expect(bus.waitForGood(points))
        }
        #expect(bus.collector.devices() == [])
        // For as long as it is looked at.
        board.answer { $0.address == 1060 ? .words([1]) : .none }
        #expect(bus.collector.wait { $0.devices().count == 1 })
        #expect(bus.collector.devices().first?.device == .value(of: ranged.id))
        #expect(bus.collector.devices().first?.fault?.code == .implausible)
        let enough = board.heard.count + 20
        #expect(board.wait { $0.count >= enough })
        board.answer { _ in .none }
        #expect(bus.waitForGood(points))
        // It is over when a minute was plausible, and not before.
        #expect(bus.collector.devices().count == 1)
        // What was said before stands all the while.
        #expect(bus.wrongReadings(points) == [])
        #expect(
            bus.collector.reports.allSatisfy {
                if case .reading(let reading) = $0 { reading.state == .active } else { true }
            })
    }

    @Test("31 silent units leave a live one at its period")
    func silentNeighbours() throws {
        let board = try LyingBoard(on: .serial) { $0.unit == 1 ? .none : .silent }
        let points = (1...32).map { PointConfiguration.register(10, of: $0, poll: .milliseconds(100)) }
        let bus = try BusUnderTest(board.transport, timeout: .milliseconds(20), points)
        #expect(bus.collector.wait(seconds: 60) { $0.devices().count == 31 })
        let before = board.heard.count
        #expect(board.wait(seconds: 60) { $0[before...].count { $0.frame.unit != 1 } >= 60 })
        // In the time between two polls of the live unit five timeouts fit.
        let heard = board.heard[before...]
        #expect(heard.count { $0.frame.unit == 1 } >= 60 / 5)
        #expect(Set(heard.map(\.frame.unit)).count > 5)
        #expect(bus.collector.reading("u1-r10")?.quality == .good)
    }
}
