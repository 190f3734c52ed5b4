// SPDX-License-Identifier: Apache-2.0

/// The four tables of a unit (Modbus Application Protocol 1.1b3, 4.3).
package enum DataTable: Sendable, Hashable, CaseIterable {
    case coils, discreteInputs, inputRegisters, holdingRegisters

    /// Whether its values are 16-bit words; otherwise bits.
    package var isRegisters: Bool { self == .inputRegisters || self == .holdingRegisters }

    /// Most values that one request may read: 2000 bits or 125 registers (6.1 to 6.4).
    package var mostInOneRequest: Int { isRegisters ? 125 : 2000 }

    /// The function code that reads it.
    package var readFunction: UInt8 {
        switch self {
        case .coils: 1
        case .discreteInputs: 2
        case .holdingRegisters: 3
        case .inputRegisters: 4
        }
    }

    /// Bytes of data in an answer of `count` values.
    package func bytes(of count: Int) -> Int { isRegisters ? 2 * count : (count + 7) / 8 }
}
