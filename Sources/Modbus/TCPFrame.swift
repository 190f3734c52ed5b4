// SPDX-License-Identifier: Apache-2.0
import CModbus

/// Frames of Modbus TCP: transaction, protocol, length of the rest, unit, protocol data unit (Modbus Messaging on
/// TCP/IP 1.0b, 3.1.3).
enum TCPFrame {
    /// Everything before the protocol data unit.
    static let headerSize = 7
    /// Bytes that the header's length counts: the unit and two to 253 more.
    private static let rest = 3...254

    /// The frame that asks `request`.
    static func sealed(_ request: ModbusRequest, transaction: UInt16) -> [UInt8] {
        let pdu = request.pdu
        return ModbusRequest.bytes(of: [transaction, 0, UInt16(pdu.count + 1)]) + [UInt8(request.unit)] + pdu
    }

    /// The protocol data unit of the answer that `received` begins with; nil while it is not whole.
    ///
    /// Unlike libmodbus, which compares the transaction alone, takes no answer of another unit, protocol or length.
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

    /// What the header says that `received` begins with; nil while it is not whole.
    static func header(of received: [UInt8]) -> (transaction: UInt16, unit: Int, size: Int)? {
        guard received.count >= headerSize else { return nil }
        let length = Int(received[4]) << 8 | Int(received[5])
        return (UInt16(received[0]) << 8 | UInt16(received[1]), Int(received[6]), headerSize - 1 + length)
    }
}
