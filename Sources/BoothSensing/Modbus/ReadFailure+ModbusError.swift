// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

extension ReadFailure {
    /// What a failed request means to whoever asked for a single read.
    ///
    /// - Parameter transport: of the bus; nil where it is not known any more.
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
