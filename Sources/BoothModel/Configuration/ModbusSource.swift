// SPDX-License-Identifier: Apache-2.0

/// A bit or register of a Modbus unit.
package struct ModbusSource: Sendable, Hashable {
    /// The name of a `ModbusBusConfiguration`.
    package var bus: String
    /// 1...247 on a serial bus, or higher if the profile's board has such an address from the factory; 0...255 over
    /// TCP.
    package var unit: Int
    package var table: ModbusTable
    /// Zero-based address on the wire, 0...65535.
    package var address: Int
    /// The bit of the register that counts, 0...15; nil: whether the whole register is not zero.
    package var bit: Int?
    /// Whether 1 or 0 counts as active.
    package var active: Polarity
    /// The interval of the polls.
    package var poll: Duration
    /// Whether the register counts activations, modulo 65536. Each increment is one activation, and the value is not a
    /// level.
    package var counter = false
    /// The values that the register of the input can have; others are no reading. Nil: every value but 65535.
    package var plausible: ClosedRange<Int>?

    /// The register as one word, `inside/1/input-register/5`.
    package var register: String { "\(bus)/\(unit)/\(table.rawValue)/\(address)" }

    package init(
        bus: String, unit: Int, table: ModbusTable, address: Int, bit: Int? = nil, active: Polarity = .high,
        poll: Duration
    ) {
        self.bus = bus
        self.unit = unit
        self.table = table
        self.address = address
        self.bit = bit
        self.active = active
        self.poll = poll
    }
}
