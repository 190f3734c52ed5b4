// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Modbus

/// What other threads hand to the thread that serves buses.
enum BusLetter: Sendable {
    case stop
    case prove(Pulse)
    /// For one bus, by its place among those of the thread.
    case order(Int, BusOrder)
}

/// What somebody wants of a bus.
enum BusOrder: Sendable {
    case read(ReadRequest, answer: @Sendable (Result<[UInt16], ModbusError>) -> Void)
    case lend(DeviceFault, lent: @Sendable () -> Void)
    case takeBack
    case drive(output: String, isOn: Bool)
}
