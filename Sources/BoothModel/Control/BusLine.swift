// SPDX-License-Identifier: Apache-2.0

/// Where a bus is, so that two programs with files of their own know whether they mean the same one by a name.
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
    /// Whether a unit can be there: over TCP 0...255; a serial line has 1...247 (Modbus over Serial Line 1.02, 2.2), and
    /// of those above the ones that the file has a table for.
    package func canAsk(_ unit: Int) -> Bool {
        guard case .serial = transport else { return true }
        return (1...247).contains(unit) || units[unit] != nil
    }
}
