// SPDX-License-Identifier: Apache-2.0

/// Where a connection leads.
package enum ModbusEndpoint: Sendable, Hashable {
    /// RTU on a serial line.
    case serial(path: String, line: SerialLine)
    /// Modbus TCP; `host` is a name or an address.
    case tcp(host: String, port: UInt16)
}

/// The settings of a serial line; always eight data bits.
package struct SerialLine: Sendable, Hashable {
    /// The parity bit after the eight data bits.
    package enum Parity: Sendable { case none, even, odd }

    /// Bits per second.
    package var baud: Int
    package var parity: Parity
    /// 1 or 2.
    package var stopBits: Int

    package init(baud: Int = 9600, parity: Parity = .none, stopBits: Int = 1) {
        self.baud = baud
        self.parity = parity
        self.stopBits = stopBits
    }

    /// How long `bytes` take on the wire.
    package func time(of bytes: Int) -> Duration {
        let bitsPerByte = 1 + 8 + (parity == .none ? 0 : 1) + stopBits
        return .nanoseconds(Int64(bytes * bitsPerByte) * 1_000_000_000 / Int64(max(1, baud)))
    }

    /// 3.5 characters, and 1.75 ms above 19200 Bd (Modbus over Serial Line 1.02, 2.5.1.1).
    package var silenceBetweenFrames: Duration {
        baud > 19_200 ? .microseconds(1750) : time(of: 7) / 2
    }
}
