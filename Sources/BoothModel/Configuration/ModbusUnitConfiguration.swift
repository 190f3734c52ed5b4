// SPDX-License-Identifier: Apache-2.0

/// The settings of one unit of a bus, `[modbus.NAME.unit.N]`.
package struct ModbusUnitConfiguration: Sendable, Hashable {
    /// A register whose value never changes. While it reads as another value, no value of the unit is used.
    package struct GuardRegister: Sendable, Hashable {
        package var table: ModbusTable
        /// Zero-based address on the wire, 0...65535.
        package var address: Int
        package var value: UInt16

        package init(table: ModbusTable, address: Int, value: UInt16) {
            self.table = table
            self.address = address
            self.value = value
        }
    }

    /// The name of the board's profile; nil: the configuration names none.
    package var profile: String?
    /// How long it may take to answer; nil: as long as its bus allows.
    package var responseTimeout: Duration?
    package var guardRegister: GuardRegister?
    /// Whether it answers bits in whole bytes, whatever was asked. Then it is asked for whole bytes only.
    package var answersWholeBytes = false

    package init() {}
}
