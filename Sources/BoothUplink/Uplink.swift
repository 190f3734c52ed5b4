// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Synchronization

/// One target's thread: it asks for events, sends them, fetches tasks, and reports the platform's answers.
///
/// It reports an event as answered only if a receipt names that event. Tasks are executed elsewhere.
package final class Uplink: Sendable {
    /// The settings of a target's thread.
    package struct Setup: Sendable {
        package var target: TargetConfiguration
        /// The booth's code.
        package var booth: String
        /// The agent's version, sent to the platform.
        package var version: String
        /// The longest wait before the first shipment and the first request for tasks. Booths that start together after
        /// a power cut are spread over this time. A press does not wait for it.
        package var startSpread = Duration.seconds(1)
        /// How long the platform may hold a request for tasks while it has none.
        package var taskWait = Duration.seconds(50)
        /// The state of the link that the agent assumes, so it is not reported. nil: not known, for example a fault
        /// from an earlier run; then the first result is reported in any case.
        package var link: LinkState? = .ok

        package init(_ target: TargetConfiguration, booth: String, version: String) {
            self.target = target
            self.booth = booth
            self.version = version
        }
    }

    private let setup: Setup
    private let report: @Sendable (UplinkReport) -> Void
    private let mailbox: Mailbox<UplinkOrder>
    private let thread = Mutex<WorkerThread?>(nil)

    /// - Parameter report: called on the target's thread; must not block.
    /// - Throws: `SystemError` if the process has no descriptor left.
    package init(_ setup: Setup, report: @escaping @Sendable (UplinkReport) -> Void) throws(SystemError) {
        self.setup = setup
        self.report = report
        mailbox = try Mailbox()
    }

    /// Starts the thread; call it once.
    ///
    /// - Throws: `SystemError` if the system has no thread left.
    package func start() throws(SystemError) {
        let (setup, mailbox, report) = (setup, mailbox, report)
        let started = try WorkerThread(name: threadName) {
            UplinkLoop(setup, mailbox: mailbox, report: report).run()
        }
        thread.withLock { $0 = started }
    }

    /// The thread's name; `ps -L` shows its first 15 bytes.
    package var threadName: String { "to-\(setup.target.id)" }

    /// Hands over an order; from any thread, never blocks.
    package func order(_ order: UplinkOrder) {
        mailbox.post(order)
    }

    /// Ends the thread and the shipments under way; their events stay queued.
    package func stop() {
        mailbox.post(.stop)
    }

    /// Waits for the thread to end.
    ///
    /// - Parameter milliseconds: the longest wait.
    /// - Returns: whether it has ended, or was never started.
    @discardableResult
    package func join(milliseconds: Int) -> Bool {
        guard let started = thread.withLock({ $0 }) else { return true }
        return started.join(milliseconds: milliseconds)
    }
}
