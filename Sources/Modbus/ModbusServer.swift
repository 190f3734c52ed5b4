// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// libmodbus' server side: turns one whole request into the bytes of its answer. Never waits for a client.
///
/// A libmodbus server answers for one unit and reads its own descriptor. Here that descriptor is one end of a socket
/// pair. So one thread can serve any number of units and clients, and decides when an answer is sent.
package struct ModbusServer: ~Copyable {
    private let raw: OpaquePointer
    /// The end that libmodbus reads and writes; closed by `modbus_close`.
    private let inner: CInt
    private let outer: CInt
    private let framing: Framing

    /// How a request is framed: with a checksum on a serial line, with a length over TCP.
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
        // Requests arrive here whole, so these timeouts never expire for a correct client.
        modbus_set_indication_timeout(made, 0, 20_000)
        modbus_set_response_timeout(made, 0, 1000)
        (raw, inner, outer, self.framing) = (made, ends[0], ends[1], framing)
    }

    deinit {
        modbus_close(raw)
        modbus_free(raw)
        close(outer)
    }

    /// libmodbus' answer to `request`, with the values of `mapping`.
    ///
    /// - Parameters:
    ///   - request: one frame from `ServerFrame`.
    ///   - refusal: an exception code to answer instead.
    /// - Returns: the frame to send; nil when libmodbus does not answer, for example to a wrong checksum.
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

    /// Empties both ends. Bytes of a refused request must not become the start of the next one.
    private func discard() {
        var scrap = [UInt8](repeating: 0, count: 512)
        for end in [inner, outer] {
            while recv(end, &scrap, scrap.count, cmodbus_no_wait) > 0 {}
        }
    }
}
