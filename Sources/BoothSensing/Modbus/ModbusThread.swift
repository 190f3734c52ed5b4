// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Modbus
import Synchronization

/// A thread that polls one Modbus bus, or many over TCP.
///
/// Each serial line has its own thread, because it blocks. So does each host name, because the resolver blocks. All
/// buses over TCP with a numeric address share one thread, which waits for all of their sockets.
package final class ModbusThread: Sendable {
    /// As `ps -L` shows it.
    package let name: String
    /// The buses that this thread serves.
    package let buses: [ModbusBus]
    private let mailbox: Mailbox<BusLetter>
    private let thread = Mutex<WorkerThread?>(nil)

    /// How long a thread may take to switch its outputs off when it is stopped.
    static let restTime = Duration.milliseconds(1500)

    /// The threads that `setups` need; buses without points and outputs are ignored.
    ///
    /// - Throws: `SystemError` when the process has no descriptor left.
    package static func threads(for setups: [BusSetup]) throws(SystemError) -> [ModbusThread] {
        var threads: [ModbusThread] = []
        var together: [BusSetup] = []
        for setup in setups where !setup.isEmpty {
            if case .tcp = setup.configuration.transport, !setup.needsResolver {
                together.append(setup)
            } else {
                threads.append(try ModbusThread("modbus-\(setup.configuration.name)", [setup]))
            }
        }
        if let only = together.first, together.count == 1 {
            threads.append(try ModbusThread("modbus-\(only.configuration.name)", together))
        } else if !together.isEmpty {
            threads.append(try ModbusThread("modbus-tcp", together))
        }
        return threads
    }

    /// A thread for one bus.
    package convenience init(_ setup: BusSetup) throws(SystemError) {
        try self.init("modbus-\(setup.configuration.name)", [setup])
    }

    private init(_ name: String, _ setups: [BusSetup]) throws(SystemError) {
        let mailbox = try Mailbox<BusLetter>()
        self.name = name
        self.mailbox = mailbox
        buses = setups.enumerated().map { ModbusBus($1, place: $0, mailbox: mailbox) }
    }

    /// Opens the buses and polls them until `stop`. A failure is reported and tried again.
    ///
    /// - Throws: `SystemError` when the system has no thread left.
    package func start() throws(SystemError) {
        let (buses, mailbox) = (self.buses, self.mailbox)
        let started = try WorkerThread(name: name) {
            if case .serial(_, let line)? = buses.first.map({ ModbusEndpoint($0.configuration.transport) }) {
                SerialLoop(buses[0], line, mailbox).run()
            } else {
                TCPLoop.run(buses, mailbox)
            }
        }
        thread.withLock { $0 = started }
    }

    /// Asks the thread to end. It ends after the current request, and after switching its outputs off.
    package func stop() {
        mailbox.post(.stop)
    }

    /// Waits for the thread to end after `stop`.
    ///
    /// - Parameter milliseconds: at most so long.
    /// - Returns: whether it has ended.
    @discardableResult
    package func join(milliseconds: Int) -> Bool {
        thread.withLock { $0 }?.join(milliseconds: milliseconds) ?? true
    }

    /// Asks the thread to answer `pulse`, which shows that its loop runs; never blocks.
    package func prove(_ pulse: Pulse) {
        mailbox.post(.prove(pulse))
    }

    /// The longest time between two looks into the mailbox, even if no unit answers.
    package var longestRound: Duration {
        buses.map { bus in
            switch ModbusEndpoint(bus.configuration.transport) {
            case .serial(_, let line):
                let slowest = bus.configuration.units.values.compactMap(\.responseTimeout).max() ?? .zero
                return SerialLink.longestAsking(
                    line, responseTimeout: max(slowest, bus.configuration.responseTimeout))
            case .tcp: return bus.setup.needsResolver ? TCPLink.longestResolving : .zero
            }
        }
        .max() ?? .zero
    }
}
