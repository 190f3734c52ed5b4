// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Testing

@testable import BoothSensing

@Suite struct PollPlanTests {
    @Test("adjacent addresses of one unit, table and period are one request")
    func adjacent() {
        let plan = PollPlan([
            point(3), point(1), point(2), point(2, bit: 5), point(5), point(1, unit: 2), point(4, table: .coil),
            point(4, poll: .seconds(1)),
        ])
        #expect(
            plan.requests.map(\.read) == [
                ReadRequest(unit: 1, table: .coils, address: 4, count: 1),
                ReadRequest(unit: 1, table: .inputRegisters, address: 1, count: 3),
                ReadRequest(unit: 1, table: .inputRegisters, address: 5, count: 1),
                ReadRequest(unit: 1, table: .inputRegisters, address: 4, count: 1),
                ReadRequest(unit: 2, table: .inputRegisters, address: 1, count: 1),
            ])
        #expect(plan.requests[1].points.count == 4)
    }

    @Test(
        "a request stays within the protocol's limits",
        arguments: [(ModbusTable.discreteInput, 2000), (.inputRegister, 125)])
    func limits(table: ModbusTable, most: Int) {
        let plan = PollPlan((0..<most * 2 + 1).map { point($0, table: table) })
        #expect(plan.requests.map(\.read.count) == [most, most, 1])
        #expect(plan.requests.map(\.read.address) == [0, most, 2 * most])
    }

    @Test("a refused request falls into one for each address")
    func split() {
        let plan = PollPlan([point(1), point(2), point(2, bit: 3), point(3)])
        let parts = plan.requests[0].split
        #expect(parts.map(\.read.address) == [1, 2, 3])
        #expect(parts.map(\.points.count) == [1, 2, 1])
    }

    @Test("polarity, bit and loop decide what a word says")
    func states() {
        let loop = LoopBands(short: 0...100, normal: 101...600, alarm: 601...900, cut: 902...65535)
        #expect(point(0).state(of: 7) == .active)
        #expect(point(0).state(of: 0) == .normal)
        #expect(point(0, active: .low).state(of: 0) == .active)
        #expect(point(0, bit: 3).state(of: 0b1000) == .active)
        #expect(point(0, bit: 3).state(of: 0b0111) == .normal)
        #expect(point(0, bit: 3, active: .low).state(of: 0b0111) == .active)
        let words: [UInt16] = [0, 450, 750, 1023, 901]
        #expect(words.map { point(0, loop: loop).state(of: $0) } == [.short, .normal, .active, .cut, nil])
    }

    private func point(
        _ address: Int, unit: Int = 1, table: ModbusTable = .inputRegister, bit: Int? = nil, active: Polarity = .high,
        poll: Duration = .milliseconds(100), loop: LoopBands? = nil
    ) -> PolledPoint {
        let point = PolledPoint(
            PointConfiguration(
                id: "p", kind: .contact,
                source: .modbus(
                    ModbusSource(
                        bus: "bus", unit: unit, table: table, address: address, bit: bit, active: active, poll: poll)),
                debounce: .zero, loop: loop, classification: nil), on: "bus")
        // nil only for a point that is not on that bus
        return point!
    }
}
