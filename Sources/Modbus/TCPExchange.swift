// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// Requests and their answers over Modbus TCP (Modbus Messaging on TCP/IP 1.0b, 3.1.3).
///
/// libmodbus connects, but does not carry these: of an answer's header it compares the transaction alone, and would
/// take a gateway's answer of another unit, of another protocol or of another length for the one that was asked for.
struct TCPExchange {
    /// Transaction, protocol, length of the rest, unit.
    private static let headerSize = 7
    /// Most bytes that the header's length may count: the unit and a whole protocol data unit.
    private static let longestRest = 254
    private static let exceptionFlag: UInt8 = 0x80

    private var transaction: UInt16 = 0

    /// Makes one request and waits for its answer.
    ///
    /// - Parameters:
    ///   - request: function code and data.
    ///   - socket: connected; it may be non-blocking.
    ///   - span: for the whole answer, however it is split.
    ///   - operation: what errors name.
    /// - Returns: the answer's data without its function code.
    /// - Throws: `ModbusError`: the unit's exception, a timeout, a connection loss, or a bad frame.
    mutating func answer(
        to request: [UInt8], of unit: Int, on socket: CInt, within span: Duration,
        _ operation: ModbusError.Operation
    ) throws(ModbusError) -> [UInt8] {
        transaction &+= 1
        let header = Self.words([transaction, 0, UInt16(request.count + 1)]) + [UInt8(truncatingIfNeeded: unit)]
        let frame = header + request
        guard send(socket, frame, frame.count, cmodbus_no_signal) == frame.count else { throw ModbusError(operation) }
        let deadline = ContinuousClock.now + span
        let answered = try Self.receive(Self.headerSize, from: socket, by: deadline, operation)
        let rest = Int(answered[4]) << 8 | Int(answered[5])
        guard answered.prefix(4).elementsEqual(header.prefix(4)), (3...Self.longestRest).contains(rest) else {
            throw ModbusError(operation, code: cmodbus_bad_data)
        }
        guard answered[6] == header[6] else { throw ModbusError(operation, code: cmodbus_error_most) }
        let body = try Self.receive(rest - 1, from: socket, by: deadline, operation)
        return try Self.data(of: body, asked: request[0], operation)
    }

    /// The bytes of `words`, the high one first.
    static func words(_ words: [UInt16]) -> [UInt8] {
        words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    private static func data(
        of body: [UInt8], asked function: UInt8, _ operation: ModbusError.Operation
    ) throws(ModbusError) -> [UInt8] {
        if body[0] == function | exceptionFlag, body.count == 2 {
            let code = cmodbus_exception_base + CInt(body[1])
            let isKnown = body[1] > 0 && code <= cmodbus_exception_most
            throw ModbusError(operation, code: isKnown ? code : cmodbus_bad_data)
        }
        guard body[0] == function else { throw ModbusError(operation, code: cmodbus_bad_data) }
        return Array(body.dropFirst())
    }

    private static func receive(
        _ count: Int, from socket: CInt, by deadline: ContinuousClock.Instant, _ operation: ModbusError.Operation
    ) throws(ModbusError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let left = ContinuousClock.now.duration(to: deadline)
            var one = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard left > .zero, poll(&one, 1, left.milliseconds) > 0 else {
                throw ModbusError(operation, code: ETIMEDOUT)
            }
            let received = bytes.withUnsafeMutableBytes { room in
                recv(socket, UnsafeMutableRawBufferPointer(rebasing: room[filled...]).baseAddress, count - filled, 0)
            }
            guard received >= 0 else {
                let code = errno
                if code == EAGAIN || code == EINTR { continue }
                throw ModbusError(operation, code: code)
            }
            guard received > 0 else { throw ModbusError(operation, code: ECONNRESET) }
            filled += received
        }
        return bytes
    }
}
