// SPDX-License-Identifier: Apache-2.0

/// The line of a bus. Two programs with their own files compare it, to know whether they mean the same bus by a name.
package struct BusLine: Sendable, Hashable {
    /// A device's path, or `HOST:PORT`.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package init(_ transport: ModbusBusConfiguration.Transport) {
        switch transport {
        case .serial(let path, _, _, _): text = path
        case .tcp(let host, let port): text = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}

extension ModbusBusConfiguration {
    /// Whether the bus can have a unit with this address. Over TCP 0...255; on a serial line 1...247 (Modbus over
    /// Serial Line 1.02, 2.2), and higher ones if the file has a table for them.
    package func canAsk(_ unit: Int) -> Bool {
        guard case .serial = transport else { return true }
        return (1...247).contains(unit) || units[unit] != nil
    }
}
