// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// Guard registers: which units have to show that they are who they are before they are believed. Pure.
///
/// A unit is asked for its guard when it is first met, after every request that went wrong, and now and then. While the
/// guard reads otherwise, another unit answers in its place, or answers have slipped against requests.
struct GuardWatch {
    /// From one proof to the next while nothing goes wrong.
    static let interval = Duration.seconds(30)

    private let guards: [Int: ModbusUnitConfiguration.GuardRegister]
    private var provenUntil: [Int: BootTime] = [:]

    init(_ units: [Int: ModbusUnitConfiguration]) {
        guards = units.compactMapValues(\.guardRegister)
    }

    /// The read that has to be right before `unit` is believed; nil where it is believed.
    func request(before unit: Int, at now: BootTime) -> ReadRequest? {
        guard let register = guards[unit] else { return nil }
        if let until = provenUntil[unit], now < until { return nil }
        return ReadRequest(unit: unit, table: DataTable(register.table), address: register.address, count: 1)
    }

    /// - Returns: what the guard should have read where `word` is something else; nil where the unit is proven.
    mutating func apply(_ word: UInt16?, of unit: Int, at now: BootTime) -> UInt16? {
        guard let register = guards[unit] else { return nil }
        guard word == register.value else {
            provenUntil[unit] = nil
            return register.value
        }
        provenUntil[unit] = now + Self.interval
        return nil
    }

    /// Something went wrong with `unit`.
    mutating func doubt(_ unit: Int) {
        provenUntil[unit] = nil
    }

    /// The connection was opened anew: whoever answers now may be somebody else.
    mutating func doubtAll() {
        provenUntil = [:]
    }
}
