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

    /// The protocol data unit of the answer that `received` begins with; nil while it is incomplete.
    ///
    /// libmodbus compares only the transaction. This also refuses another unit, protocol or length.
    /// - Throws: `ModbusError`: a bad frame, as soon as the header shows it.
    static func answer(
        in received: [UInt8], to request: ModbusRequest, transaction: UInt16
    ) throws(ModbusError) -> [UInt8]? {
        guard received.count >= headerSize else { return nil }
        let length = Int(received[4]) << 8 | Int(received[5])
        guard received.prefix(4).elementsEqual(ModbusRequest.bytes(of: [transaction, 0])), rest.contains(length) else {
            throw ModbusError(request.operation, code: cmodbus_bad_data)
        }
        guard Int(received[6]) == request.unit else { throw ModbusError(request.operation, code: cmodbus_bad_unit) }
        let size = headerSize - 1 + length
        return received.count >= size ? Array(received[headerSize..<size]) : nil
    }

    /// The header that `received` begins with; nil while it is incomplete.
    static func header(of received: [UInt8]) -> (transaction: UInt16, unit: Int, size: Int)? {
        guard received.count >= headerSize else { return nil }
        let length = Int(received[4]) << 8 | Int(received[5])
        return (UInt16(received[0]) << 8 | UInt16(received[1]), Int(received[6]), headerSize - 1 + length)
    }
}
