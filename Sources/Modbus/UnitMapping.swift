// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// The four tables of a served unit: an owned `modbus_mapping_t`.
///
/// Not `Sendable`: only the thread that creates it uses it.
package final class UnitMapping {
    // libmodbus writes here when a client writes a coil or a register.
    let raw: UnsafeMutablePointer<modbus_mapping_t>
    /// Addresses in each table, starting at 0. Others give exception 2.
    package let size: Int

    /// - Parameter size: 1...65536.
    /// - Throws: `ModbusError` when there is no memory.
    package init(size: Int) throws(ModbusError) {
        let count = CInt(size)
        guard let raw = modbus_mapping_new(count, count, count, count) else { throw ModbusError(.serve) }
        self.raw = raw
        self.size = size
    }

    deinit {
        modbus_mapping_free(raw)
    }

    /// A bit (0 or 1) or a register; `address` in 0..<`size`.
    package subscript(table: DataTable, address: Int) -> UInt16 {
        get {
            precondition((0..<size).contains(address))
            return switch table {
            case .coils: UInt16(raw.pointee.tab_bits[address])
            case .discreteInputs: UInt16(raw.pointee.tab_input_bits[address])
            case .inputRegisters: raw.pointee.tab_input_registers[address]
            case .holdingRegisters: raw.pointee.tab_registers[address]
            }
        }
        set {
            precondition((0..<size).contains(address))
            switch table {
            case .coils: raw.pointee.tab_bits[address] = newValue == 0 ? 0 : 1
            case .discreteInputs: raw.pointee.tab_input_bits[address] = newValue == 0 ? 0 : 1
            case .inputRegisters: raw.pointee.tab_input_registers[address] = newValue
            case .holdingRegisters: raw.pointee.tab_registers[address] = newValue
            }
        }
    }
}
