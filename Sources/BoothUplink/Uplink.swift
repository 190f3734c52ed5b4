// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Synchronization

/// One target's thread: it asks for events, sends them, fetches tasks, and reports what the platform said.
///
/// Nothing but a receipt that names an event is ever reported as its receipt. Tasks are executed elsewhere.
package final class Uplink: Sendable {
    /// How a target is served.
    package struct Setup: Sendable {
        package var target: TargetConfiguration
        /// The booth's code.
        package var booth: String
        /// The agent's, told to the platform.
        package var version: String
        /// The longest wait before the first shipment and the first question for tasks. Booths that start together, after
        /// a power cut, arrive within this span; a press does not wait for it.
        package var startSpread = Duration.seconds(1)
        /// How long the platform may leave a question for tasks without an answer while it has none.
        package var taskWait = Duration.seconds(50)
        /// What the agent takes the link for, and is not told; nil: it does not know, a fault may stand from an earlier
        /// run, and the outcome of the first exchange is told whatever it is.
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
    /// - Throws: `SystemError` when the process has no descriptor left.
    package init(_ setup: Setup, report: @escaping @Sendable (UplinkReport) -> Void) throws(SystemError) {
        self.setup = setup
        self.report = report
        mailbox = try Mailbox()
    }

    /// Starts the thread; once.
    ///
    /// - Throws: `SystemError` when the system has no thread left.
    package func start() throws(SystemError) {
        let (setup, mailbox, report) = (setup, mailbox, report)
        let started = try WorkerThread(name: threadName) {
            UplinkLoop(setup, mailbox: mailbox, report: report).run()
        }
        thread.withLock { $0 = started }
    }

    /// As `ps -L` shows it, cut to 15 bytes.
    package var threadName: String { "to-\(setup.target.id)" }

    /// Hands over an order; from any thread, never blocks.
    package func order(_ order: UplinkOrder) {
        mailbox.post(order)
    }

    /// Ends the thread, and what is under way with it: its events stay queued.
    package func stop() {
        mailbox.post(.stop)
    }

    /// Waits for the thread to end.
    ///
    /// - Parameter milliseconds: at most so long.
    /// - Returns: whether it has ended, or never began.
    @discardableResult
    package func join(milliseconds: Int) -> Bool {
        guard let started = thread.withLock({ $0 }) else { return true }
        return started.join(milliseconds: milliseconds)
    }
}
