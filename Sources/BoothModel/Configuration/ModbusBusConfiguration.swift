// SPDX-License-Identifier: Apache-2.0

/// A Modbus bus, `[modbus.NAME]`.
package struct ModbusBusConfiguration: Sendable, Hashable {
    /// The parity bit after the eight data bits.
    package enum Parity: String, Sendable, CaseIterable {
        case none, even, odd
    }

    /// What the bus runs on.
    package enum Transport: Sendable, Hashable {
        /// RTU on a serial line with eight data bits.
        case serial(path: String, baud: Int, parity: Parity, stopBits: Int)
        /// Modbus TCP; `host` is a name or an address.
        case tcp(host: String, port: UInt16)
    }

    /// What most factories set, in bit/s. A bus has this if neither the file nor a profile says otherwise.
    package static let usualBaud = 9600
    package static let usualParity = Parity.none
    package static let usualStopBits = 1

    /// The name that points use.
    package var name: String
    package var transport: Transport
    /// How long a unit may take to answer one request.
    package var responseTimeout: Duration
    /// The settings of units, `[modbus.NAME.unit.N]`, by address. Most units have none.
    package var units: [Int: ModbusUnitConfiguration] = [:]

    package init(name: String, transport: Transport, responseTimeout: Duration) {
        self.name = name
        self.transport = transport
        self.responseTimeout = responseTimeout
    }

    /// How long `unit` may take to answer one request: its own timeout, or the bus's.
    package func responseTimeout(of unit: Int) -> Duration { units[unit]?.responseTimeout ?? responseTimeout }
}
