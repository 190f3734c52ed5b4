// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// A socket for Modbus TCP clients to connect to.
package enum ModbusListener {
    /// Listens by `modbus_tcp_pi_listen`.
    ///
    /// - Parameter port: 0 for a free one.
    /// - Returns: the listening socket, which the caller closes, and its port.
    /// - Throws: `ModbusError`; `EADDRINUSE` when the port is in use.
    package static func listen(
        host: String, port: UInt16
    ) throws(ModbusError) -> (descriptor: CInt, port: UInt16) {
        guard let raw = modbus_new_tcp_pi(host, String(port)) else { throw ModbusError(.listen) }
        defer { modbus_free(raw) }
        let descriptor = modbus_tcp_pi_listen(raw, 64)
        guard descriptor >= 0 else {
            let failure = ModbusError(.listen)
            let code = cmodbus_resolve(host)
            throw code == 0 ? failure : ModbusError(.resolve, code: code)
        }
        var bound: UInt16 = 0
        guard cmodbus_port(descriptor, &bound) == 0 else {
            let failure = ModbusError(.listen)
            close(descriptor)
            throw failure
        }
        return (descriptor, bound)
    }

    /// Accepts the next client, close-on-exec and non-blocking; nil when none waits.
    package static func accept(_ listening: CInt) -> CInt? {
        let client = cmodbus_accept(listening)
        return client >= 0 ? client : nil
    }
}
