// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Modbus
import Synchronization

/// A Modbus bus and the points on it, polled on a thread of its own.
package final class ModbusBus: Sendable {
    private let mailbox: Mailbox<BusLoop.Letter>
    private let configuration: ModbusBusConfiguration
    private let points: [PolledPoint]
    private let unitSilent: Int
    private let remembered: [PointID: Int]
    private let deliver: @Sendable ([SensorReport]) -> Void
    private let thread = Mutex<WorkerThread?>(nil)

    /// - Parameters:
    ///   - points: those of other sources are left out.
    ///   - unitSilent: polls without a reading before a unit counts as lost, 1 or more.
    ///   - remembered: the last values of counting inputs, from before this start.
    ///   - deliver: called on the bus's thread with what changed; must not block.
    /// - Throws: `SystemError` when the process has no descriptor left.
    package init(
        _ configuration: ModbusBusConfiguration, points: [PointConfiguration], unitSilent: Int,
        remembered: [PointID: Int] = [:], deliver: @escaping @Sendable ([SensorReport]) -> Void
    ) throws(SystemError) {
        mailbox = try Mailbox()
        self.configuration = configuration
        self.points = points.compactMap { PolledPoint($0, on: configuration.name) }
        self.unitSilent = unitSilent
        self.remembered = remembered
        self.deliver = deliver
    }

    /// Opens the bus and polls it until `stop`; what fails is reported and tried again.
    ///
    /// - Throws: `SystemError` when the system has no thread left.
    package func start() throws(SystemError) {
        let (configuration, points, unitSilent) = (self.configuration, self.points, self.unitSilent)
        let (mailbox, remembered, deliver) = (self.mailbox, self.remembered, self.deliver)
        let started = try WorkerThread(name: threadName) {
            BusLoop(
                configuration, points, unitSilent: unitSilent, remembered: remembered, mailbox: mailbox,
                deliver: deliver
            ).run()
        }
        thread.withLock { $0 = started }
    }

    /// Asks the thread to end. It does so after the request that it is making: within a response timeout, four on a line
    /// full of noise, or as long as the resolver takes for the bus's host name.
    package func stop() {
        mailbox.post(.stop)
    }

    /// What the configuration calls it.
    package var name: String { configuration.name }

    /// How each unit has answered since the start, in order of address.
    package var counters: [UnitCounters] {
        Set(points.map(\.source.unit)).sorted().map { UnitCounters(bus: configuration.name, unit: $0) }
    }

    /// Makes one read between two polls; `answer` is called on the bus's thread and must not block.
    package func read(
        _ request: ReadRequest, answer: @escaping @Sendable (Result<[UInt16], ModbusError>) -> Void
    ) {
        mailbox.post(.read(request, answer))
    }

    /// Closes the bus for somebody else until `takeBack`.
    ///
    /// - Parameters:
    ///   - why: the fault that the bus has meanwhile.
    ///   - lent: called on the bus's thread once it is closed; must not block.
    package func lend(_ why: DeviceFault, lent: @escaping @Sendable () -> Void) {
        mailbox.post(.lend(why, lent))
    }

    /// Opens the bus again after `lend`.
    package func takeBack() {
        mailbox.post(.takeBack)
    }

    /// As `ps -L` shows it.
    package var threadName: String { "modbus-\(configuration.name)" }

    /// The most that the thread may take before it looks into its mailbox, however dead the bus is.
    package var longestRound: Duration { BusLink.longestAsking(configuration) }

    /// Asks the thread to prove that it goes round; never blocks.
    package func prove(_ pulse: Pulse) {
        mailbox.post(.prove(pulse))
    }

    /// Waits for the thread to end after `stop`.
    ///
    /// - Parameter milliseconds: at most so long.
    /// - Returns: whether it has ended.
    @discardableResult
    package func join(milliseconds: Int) -> Bool {
        thread.withLock { $0 }?.join(milliseconds: milliseconds) ?? true
    }
}
