// SPDX-License-Identifier: Apache-2.0

/// The four tables of a Modbus unit (Modbus Application Protocol 1.1b3, 4.3).
package enum ModbusTable: String, Sendable, CaseIterable, Codable {
    case coil
    case discreteInput = "discrete-input"
    case inputRegister = "input-register"
    case holdingRegister = "holding-register"

    /// Whether its values are words of 16 bits.
    package var isRegisters: Bool { self == .inputRegister || self == .holdingRegister }
}
