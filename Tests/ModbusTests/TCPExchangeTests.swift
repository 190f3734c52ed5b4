// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc
import Testing

@testable import Modbus

/// Answers that wait on the other end of a socket pair already when the first request, transaction 1, is made.
@Suite struct TCPExchangeTests {
    /// What unit 2 is asked: holding register 3.
    private static let request: [UInt8] = [3, 0, 3, 0, 1]

    private func answer(_ bytes: [UInt8], thenCloses: Bool = false) throws(ModbusError) -> [UInt8] {
        var ends: [CInt] = [-1, -1]
        guard cmodbus_socket_pair(&ends) == 0 else { throw ModbusError(.serve) }
        defer { for end in ends where end >= 0 { close(end) } }
        send(ends[1], bytes, bytes.count, cmodbus_no_signal)
        if thenCloses { shutdown(ends[1], CInt(SHUT_WR)) }
        var exchange = TCPExchange()
        return try exchange.answer(
            to: Self.request, of: 2, on: ends[0], within: .milliseconds(50), .read(.holdingRegisters))
    }

    private func code(_ bytes: [UInt8], thenCloses: Bool = false) -> CInt? {
        do throws(ModbusError) {
            _ = try answer(bytes, thenCloses: thenCloses)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("takes the answer of the unit that was asked, and leaves what follows it")
    func right() throws {
        #expect(try answer([0, 1, 0, 0, 0, 5, 2, 3, 2, 1, 44, 9, 9]) == [2, 1, 44])
    }

    @Test("never takes an answer of another unit, transaction, protocol, function or length")
    func foreign() {
        #expect(code([0, 1, 0, 0, 0, 5, 3, 3, 2, 1, 44]) == cmodbus_error_most)
        #expect(code([0, 2, 0, 0, 0, 5, 2, 3, 2, 1, 44]) == cmodbus_bad_data)
        #expect(code([0, 1, 0, 5, 0, 5, 2, 3, 2, 1, 44]) == cmodbus_bad_data)
        #expect(code([0, 1, 0, 0, 0, 5, 2, 4, 2, 1, 44]) == cmodbus_bad_data)
        #expect(code([0, 1, 0, 0, 0, 0, 2, 3, 2, 1, 44]) == cmodbus_bad_data)
        #expect(code([0, 1, 0, 0, 255, 255, 2, 3, 2, 1, 44]) == cmodbus_bad_data)
    }

    @Test("tells an exception, half an answer and the end of the connection apart")
    func otherEnds() {
        #expect(code([0, 1, 0, 0, 0, 3, 2, 0x83, 2]) == cmodbus_exception_base + 2)
        #expect(code([0, 1, 0, 0, 0, 3, 2, 0x83, 0]) == cmodbus_bad_data)
        #expect(code([0, 1, 0, 0, 0, 3, 2, 0x83, 99]) == cmodbus_bad_data)
        #expect(code([0, 1, 0, 0, 0, 5, 2, 3, 2]) == ETIMEDOUT)
        #expect(code([0, 1, 0, 0, 0, 5, 2, 3, 2], thenCloses: true) == ECONNRESET)
    }
}
