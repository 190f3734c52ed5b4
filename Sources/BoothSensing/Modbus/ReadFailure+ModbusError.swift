// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

extension ReadFailure {
    /// Translates a failed request for the person who asked for a single read.
    ///
    /// - Parameter transport: the transport of the bus; nil if unknown.
    package init(_ error: ModbusError, on transport: ModbusBusConfiguration.Transport?) {
        if let exception = error.exception {
            self = .exception(exception)
        } else if error.isEcho {
            self = .echo
        } else if error.operation != .open, error.isTimeout || error.operation == .selectUnit {
            self = .silent
        } else if error.isBadFrame {
            self = .garbled
        } else {
            self = .lost(
                transport.map { DeviceFault.bus($0, error).message }
                    ?? Message(zh: error.description, en: error.description))
        }
    }
}
