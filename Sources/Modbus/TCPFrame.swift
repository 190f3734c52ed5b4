// SPDX-License-Identifier: Apache-2.0
import CModbus

/// Frames of Modbus TCP: transaction, protocol, length of the rest, unit, protocol data unit (Modbus Messaging on
/// TCP/IP 1.0b, 3.1.3).
enum TCPFrame {
    /// The bytes before the protocol data unit.
    static let headerSize = 7
    /// The range of the header's length field: the unit and 2 to 253 more bytes.
    private static let rest = 3...254

    /// The frame of `request`.
    static func sealed(_ request: ModbusRequest, transaction: UInt16) -> [UInt8] {
        let pdu = request.pdu
        return ModbusRequest.bytes(of: [transaction, 0, UInt16(pdu.count + 1)]) + [UInt8(request.unit)] + pdu
    }

    struct Header {
        let transaction: UInt16
        let unit: UInt8
        /// Of the whole frame, in bytes.
        let size: Int
    }

    /// The header that `received` begins with; nil while it is incomplete.
    ///
    /// - Throws: `ModbusError`: a bad frame, if it is none of Modbus TCP.
    static func header(of received: [UInt8], for request: ModbusRequest) throws(ModbusError) -> Header? {
        guard received.count >= headerSize else { return nil }
        let length = Int(received[4]) << 8 | Int(received[5])
        guard received[2] == 0, received[3] == 0, rest.contains(length) else {
            throw ModbusError(request.operation, code: cmodbus_bad_data, mismatch: .form)
        }
        return Header(
            transaction: UInt16(received[0]) << 8 | UInt16(received[1]), unit: received[6],
            size: headerSize - 1 + length)
    }
}
