// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Modbus

/// A Modbus bus as the rest of the agent sees it. Its thread may serve other buses too.
package final class ModbusBus: Sendable {
    /// The bus's configuration.
    package let configuration: ModbusBusConfiguration
    let setup: BusSetup
    let ledger: UnitLedger
    private let place: Int
    private let mailbox: Mailbox<BusLetter>

    init(_ setup: BusSetup, place: Int, mailbox: Mailbox<BusLetter>) {
        configuration = setup.configuration
        self.setup = setup
        self.place = place
        self.mailbox = mailbox
        ledger = UnitLedger(
            bus: setup.configuration.name, units: Set(setup.polledPoints.map(\.source.unit)))
    }

    /// The name in the configuration.
    package var name: String { configuration.name }

    /// How each unit has answered since the start, by address; from any thread.
    package var counters: [UnitCounters] { ledger.counters }

    /// Makes one read between the polls, without disturbing them.
    ///
    /// - Parameter answer: called once, on the bus's thread, with the values in order of address; must not block. Never
    ///   called if the thread ends before.
    package func read(
        _ request: ReadRequest, answer: @escaping @Sendable (Result<[UInt16], ModbusError>) -> Void
    ) {
        mailbox.post(.order(place, .read(request, answer: answer)))
    }

    /// Closes the bus's connection until `takeBack`. Its points are stale meanwhile.
    ///
    /// - Parameters:
    ///   - why: the fault to report meanwhile.
    ///   - lent: called on the bus's thread once the connection is closed; must not block.
    package func lend(_ why: DeviceFault, lent: @escaping @Sendable () -> Void) {
        mailbox.post(.order(place, .lend(why, lent: lent)))
    }

    /// Ends `lend`.
    package func takeBack() {
        mailbox.post(.order(place, .takeBack))
    }

    /// Switches an output. The output is read back, and written again if it differs.
    package func drive(_ output: String, isOn: Bool) {
        mailbox.post(.order(place, .drive(output: output, isOn: isOn)))
    }
}
