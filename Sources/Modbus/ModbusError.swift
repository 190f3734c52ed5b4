// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// A failed Modbus operation: which one, and `errno` or one of libmodbus' own codes.
package struct ModbusError: Error, Hashable, CustomStringConvertible {
    /// The operation that failed; a read names its table.
    package enum Operation: Sendable, Hashable {
        case open, resolve, takeLine, selectUnit, flush
        case read(DataTable)
        case writeCoil, writeRegister
        case listen, serve
    }

    /// How the header of a Modbus TCP answer differs from its request's.
    package enum Mismatch: Sendable, Hashable {
        case transaction(UInt16)
        case unit(UInt8)
        /// The protocol is not 0, or the length is none that a frame has.
        case form
    }

    package let operation: Operation
    /// `errno` as the call left it; for `.resolve` a code of getaddrinfo(3).
    package let code: CInt

    /// What was wrong with the answer's header, over TCP; nil: nothing, or another failure.
    package let mismatch: Mismatch?

    package init(_ operation: Operation, code: CInt = errno, mismatch: Mismatch? = nil) {
        self.operation = operation
        self.code = code
        self.mismatch = mismatch
    }

    /// No answer, or only a part of it, within the response timeout.
    package var isTimeout: Bool { code == ETIMEDOUT && operation != .resolve }

    /// The unit's exception code, 1...11 (Modbus Application Protocol 1.1b3, 7); nil for any other failure.
    package var exception: UInt8? {
        guard code > cmodbus_exception_base, code <= cmodbus_exception_most else { return nil }
        return UInt8(code - cmodbus_exception_base)
    }

    /// The bytes that came do not answer the request: wrong checksum, unit, transaction or length, or an echo.
    package var isBadFrame: Bool { code > cmodbus_exception_most && code <= cmodbus_error_most || isEcho }

    /// The answer came on a serial line, but its checksum is wrong. Also a bad frame. Nothing more will come.
    package var isSpoiledAnswer: Bool { code == cmodbus_bad_checksum }

    /// The line gives back what is sent on it, so requests pass for answers. Also a bad frame.
    package var isEcho: Bool { code == cmodbus_echo }

    /// The connection is gone. Close it before opening a new one.
    package var isConnectionLoss: Bool {
        if case .resolve = operation { return false }
        return [EIO, ENODEV, ENXIO, EBADF, EPIPE, ECONNRESET, ECONNABORTED, ENOTCONN, ENETDOWN, EHOSTUNREACH]
            .contains(code)
    }

    /// Operation and cause on one line: `modbus: read holding registers: Connection timed out`.
    package var description: String { "modbus: \(step): \(reason)" }

    private var step: String {
        switch operation {
        case .open: "open"
        case .resolve: "resolve host"
        case .takeLine: "take serial line"
        case .selectUnit: "select unit"
        case .flush: "flush"
        case .read(.coils): "read coils"
        case .read(.discreteInputs): "read discrete inputs"
        case .read(.inputRegisters): "read input registers"
        case .read(.holdingRegisters): "read holding registers"
        case .writeCoil: "write coil"
        case .writeRegister: "write register"
        case .listen: "listen"
        case .serve: "serve"
        }
    }

    private var reason: String {
        if isEcho { return "The line echoes what is sent" }
        return operation == .resolve ? String(cString: gai_strerror(code)) : String(cString: modbus_strerror(code))
    }
}
