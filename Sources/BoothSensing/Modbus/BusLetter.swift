// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Modbus

/// What other threads send to a thread that serves buses.
enum BusLetter: Sendable {
    case stop
    case prove(Pulse)
    /// An order for one bus, given by its index among the thread's buses.
    case order(Int, BusOrder)
}

/// What another thread asks of a bus.
enum BusOrder: Sendable {
    case read(ReadRequest, answer: @Sendable (Result<[UInt16], ModbusError>) -> Void)
    case lend(DeviceFault, lent: @Sendable () -> Void)
    case takeBack
    case drive(output: String, isOn: Bool)
}
