// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// Guard registers: a unit with a guard is believed only after its guard register was read and is right. Pure.
///
/// The guard is read at the first contact, after every failed request, and every `interval`. If it is wrong, another
/// unit answers in its place, or answers are out of step with requests.
struct GuardWatch {
    /// From one check to the next while nothing fails.
    static let interval = Duration.seconds(30)

    private let guards: [Int: ModbusUnitConfiguration.GuardRegister]
    private var provenUntil: [Int: BootTime] = [:]

    init(_ units: [Int: ModbusUnitConfiguration]) {
        guards = units.compactMapValues(\.guardRegister)
    }

    /// The guard read to make before `unit` is believed; nil if it is believed.
    func request(before unit: Int, at now: BootTime) -> ReadRequest? {
        guard let register = guards[unit] else { return nil }
        if let until = provenUntil[unit], now < until { return nil }
        return ReadRequest(unit: unit, table: DataTable(register.table), address: register.address, count: 1)
    }

    /// - Returns: the expected guard value if `word` differs; nil if the unit is believed.
    mutating func apply(_ word: UInt16?, of unit: Int, at now: BootTime) -> UInt16? {
        guard let register = guards[unit] else { return nil }
        guard word == register.value else {
            provenUntil[unit] = nil
            return register.value
        }
        provenUntil[unit] = now + Self.interval
        return nil
    }

    /// A request of `unit` failed; check its guard again.
    mutating func doubt(_ unit: Int) {
        provenUntil[unit] = nil
    }

    /// The connection was opened again; another unit may answer now.
    mutating func doubtAll() {
        provenUntil = [:]
    }
}
