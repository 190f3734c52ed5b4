// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Testing

@testable import BoothSensing

@Suite("A unit's guard register")
struct GuardWatchTests {
    private static let guarded: [Int: ModbusUnitConfiguration] = {
        var unit = ModbusUnitConfiguration()
        unit.guardRegister = ModbusUnitConfiguration.GuardRegister(table: .holdingRegister, address: 2000, value: 2)
        return [2: unit, 5: ModbusUnitConfiguration()]
    }()

    private func at(_ seconds: Int64) -> BootTime { BootTime(nanoseconds: seconds * 1_000_000_000) }

    @Test("has to be read right before the unit is believed, after every doubt, and now and then")
    func proof() {
        var guards = GuardWatch(Self.guarded)
        let read = ReadRequest(unit: 2, table: .holdingRegisters, address: 2000, count: 1)
        #expect(guards.request(before: 2, at: at(0)) == read)
        #expect(guards.request(before: 5, at: at(0)) == nil)
        #expect(guards.request(before: 9, at: at(0)) == nil)
        #expect(guards.apply(2, of: 2, at: at(0)) == nil)
        #expect(guards.request(before: 2, at: at(29)) == nil)
        #expect(guards.request(before: 2, at: at(30)) == read)
        #expect(guards.apply(2, of: 2, at: at(30)) == nil)
        guards.doubt(2)
        #expect(guards.request(before: 2, at: at(31)) == read)
        #expect(guards.apply(2, of: 2, at: at(31)) == nil)
        guards.doubtAll()
        #expect(guards.request(before: 2, at: at(32)) == read)
    }

    @Test("says what it should have been when it is not")
    func mismatch() {
        var guards = GuardWatch(Self.guarded)
        #expect(guards.apply(3, of: 2, at: at(0)) == 2)
        #expect(guards.apply(nil, of: 2, at: at(0)) == 2)
        #expect(guards.request(before: 2, at: at(1)) != nil)
    }
}
