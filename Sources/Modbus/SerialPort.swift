// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// An owned `modbus_t`: a serial line, opened and set by libmodbus for this process alone.
final class SerialPort {
    private let raw: OpaquePointer

    /// - Throws: `ModbusError`: `.open`, or `.takeLine` for a line in use by another process.
    init(path: String, line: SerialLine) throws(ModbusError) {
        try DescriptorLimit.check()
        guard
            let raw = modbus_new_rtu(path, CInt(clamping: line.baud), line.parity.letter, 8, CInt(line.stopBits))
        else { throw ModbusError(.open) }
        do throws(ModbusError) {
            try Self.connect(raw)
        } catch {
            modbus_close(raw)
            modbus_free(raw)
            throw error
        }
        self.raw = raw
    }

    deinit {
        cmodbus_give_back_line(descriptor)
        modbus_close(raw)
        modbus_free(raw)
    }

    /// Open and non-blocking. When no byte waits, read(2) returns 0 (libmodbus sets VMIN and VTIME to 0).
    var descriptor: CInt { modbus_get_socket(raw) }

    private static func connect(_ raw: OpaquePointer) throws(ModbusError) {
        modbus_set_error_recovery(raw, MODBUS_ERROR_RECOVERY_NONE)
        guard modbus_connect(raw) == 0 else { throw ModbusError(.open) }
        let descriptor = modbus_get_socket(raw)
        guard DescriptorLimit.allows(descriptor) else { throw ModbusError(.open, code: EMFILE) }
        guard cmodbus_take_line(descriptor) == 0 else { throw ModbusError(.takeLine) }
    }
}

/// Refuses descriptors from 1024 on. libmodbus waits with select(2), which would write beyond its memory for them.
enum DescriptorLimit {
    private static let most: CInt = 1024
    /// Room for descriptors that other threads open meanwhile.
    private static let margin: CInt = 32

    /// Whether libmodbus may use this descriptor.
    static func allows(_ descriptor: CInt) -> Bool { descriptor < most }

    /// Checks, before anything is opened, that the next descriptor is not too high.
    ///
    /// - Throws: `ModbusError`: `.open`, `EMFILE`.
    static func check() throws(ModbusError) {
        let probe = eventfd(0, cmodbus_eventfd_flags)
        guard probe >= 0 else { throw ModbusError(.open) }
        close(probe)
        guard allows(probe + margin) else { throw ModbusError(.open, code: EMFILE) }
    }
}

extension SerialLine.Parity {
    /// The letter for `modbus_new_rtu`.
    fileprivate var letter: CChar {
        switch self {
        case .none: CChar(UInt8(ascii: "N"))
        case .even: CChar(UInt8(ascii: "E"))
        case .odd: CChar(UInt8(ascii: "O"))
        }
    }
}
