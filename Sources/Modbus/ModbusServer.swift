// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// libmodbus' server side: takes one whole request, gives the answer's bytes. It never waits for a client.
///
/// A libmodbus server answers for one unit and reads its own descriptor. Here that descriptor is one end of a socket
/// pair, so that one thread can serve any number of units and clients, and decide when an answer leaves.
package struct ModbusServer: ~Copyable {
    private let raw: OpaquePointer
    /// What libmodbus reads and writes; closed by `modbus_close`.
    private let inner: CInt
    private let outer: CInt
    private let framing: Framing

    /// How requests are framed: on a serial line with a checksum, over TCP with a length.
    package enum Framing: Sendable { case rtu, tcp }

    /// - Throws: `ModbusError` when there is no memory or descriptor left.
    package init(framing: Framing) throws(ModbusError) {
        var ends: [CInt] = [-1, -1]
        guard cmodbus_socket_pair(&ends) == 0 else { throw ModbusError(.serve) }
        let made = framing == .tcp ? modbus_new_tcp_pi(nil, "0") : modbus_new_rtu("pair", 9600, 78, 8, 1)
        guard let made else {
            let failure = ModbusError(.serve)
            for end in ends { close(end) }
            throw failure
        }
        modbus_set_socket(made, ends[0])
        // A request is whole when it comes here, so neither timeout is ever waited for by an honest client's fault.
        modbus_set_indication_timeout(made, 0, 20_000)
        modbus_set_response_timeout(made, 0, 1000)
        (raw, inner, outer, self.framing) = (made, ends[0], ends[1], framing)
    }

    deinit {
        modbus_close(raw)
        modbus_free(raw)
        close(outer)
    }

    /// What libmodbus answers to `request` out of `mapping`.
    ///
    /// - Parameters:
    ///   - request: one frame as `ServerFrame` cuts it.
    ///   - refusal: an exception code to answer instead.
    /// - Returns: the frame to send; nil when libmodbus does not answer, as to a wrong checksum.
    package func answer(to request: ServerFrame, from mapping: UnitMapping, refusal: UInt8? = nil) -> [UInt8]? {
        defer { discard() }
        modbus_set_slave(raw, CInt(request.unit))
        guard send(outer, request.bytes, request.bytes.count, cmodbus_no_signal) == request.bytes.count
        else { return nil }
        var received = [UInt8](repeating: 0, count: Int(MODBUS_MAX_ADU_LENGTH))
        let length = modbus_receive(raw, &received)
        guard length > 0 else { return nil }
        let sent =
            if let refusal {
                modbus_reply_exception(raw, received, UInt32(refusal))
            } else {
                modbus_reply(raw, received, length, mapping.raw)
            }
        guard sent > 0 else { return nil }
        var answer = [UInt8](repeating: 0, count: Int(MODBUS_MAX_ADU_LENGTH))
        let count = recv(outer, &answer, answer.count, cmodbus_no_wait)
        return count > 0 ? Array(answer.prefix(count)) : nil
    }

    /// Empties both ends: what libmodbus left of a request that it refused must not begin the next one.
    private func discard() {
        var scrap = [UInt8](repeating: 0, count: 512)
        for end in [inner, outer] {
            while recv(end, &scrap, scrap.count, cmodbus_no_wait) > 0 {}
        }
    }
}
