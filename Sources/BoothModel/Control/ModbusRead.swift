// SPDX-License-Identifier: Apache-2.0

/// A read of neighbouring values of a unit.
package struct ModbusRead: Sendable, Hashable {
    /// The bus's name.
    package var bus: String
    /// 0...255.
    package var unit: Int
    package var table: ModbusTable
    /// Zero-based on the wire, 0...65535.
    package var address: Int
    /// 1...2000 bits or 1...125 registers.
    package var count: Int
    /// The line on which the caller expects the bus; nil: it does not know.
    package var line: BusLine?

    /// Nil: a number is out of its range.
    package init?(bus: String, unit: Int, table: ModbusTable, address: Int, count: Int) {
        guard (0...255).contains(unit), (0...65_535).contains(address), (1...table.mostInOneRead).contains(count),
            address + count <= 65_536
        else { return nil }
        self.bus = bus
        self.unit = unit
        self.table = table
        self.address = address
        self.count = count
    }
}

extension ModbusTable {
    /// Most values that one request may read (Modbus Application Protocol 1.1b3, 6.1 to 6.4).
    package var mostInOneRead: Int { isRegisters ? 125 : 2000 }
}
