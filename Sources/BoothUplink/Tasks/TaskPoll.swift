// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import HTTP
import Synchronization

/// Where tasks come from, and how they are asked for.
package struct TaskSource: Sendable {
    package var target: TargetConfiguration
    /// The booth's code.
    package var booth: String
    /// How long the platform may hold a request while it has no task.
    package var wait = Duration.seconds(50)
    /// The longest wait before the first request.
    package var startSpread = Uplink.startSpread

    package init(_ target: TargetConfiguration, booth: String) {
        self.target = target
        self.booth = booth
    }
}

/// What the agent tells the thread that waits for tasks.
package enum TaskOrder: Sendable {
    /// The last `UplinkReport.tasks` is kept as well as it can be: the next ones may come.
    case taken
    /// The thread is to prove that it goes round.
    case prove(Pulse)
    case stop
}

/// The thread that waits for one target's tasks, on a connection of its own: it reports what came and executes nothing.
package final class TaskPoll: Sendable {
    private let source: TaskSource
    private let version: String
    private let report: @Sendable (UplinkReport) -> Void
    private let mailbox: Mailbox<TaskOrder>
    private let thread = Mutex<WorkerThread?>(nil)

    /// - Parameters:
    ///   - version: the agent's, for `User-Agent: boothd/VERSION`.
    ///   - report: `tasks` and `taskLink`, called on this object's thread; must not block.
    /// - Throws: `SystemError` when the process has no descriptor left.
    package init(
        _ source: TaskSource, version: String, report: @escaping @Sendable (UplinkReport) -> Void
    ) throws(SystemError) {
        self.source = source
        self.version = version
        self.report = report
        mailbox = try Mailbox()
    }

    /// Starts the thread; once.
    ///
    /// - Parameter cursor: how far the journal knows the tasks to be taken; nil: nothing was.
    /// - Throws: `SystemError` when the system has no thread left.
    package func start(after cursor: String?) throws(SystemError) {
        let (source, version, mailbox, report) = (source, version, mailbox, report)
        let started = try WorkerThread(name: threadName) {
            poll(source, version: version, after: cursor, mailbox: mailbox, report: report)
        }
        thread.withLock { $0 = started }
    }

    /// As `ps -L` shows it, cut to 15 bytes.
    package var threadName: String { "tasks-\(source.target.id)" }

    /// Hands over an order; from any thread, never blocks.
    package func order(_ order: TaskOrder) {
        mailbox.post(order)
    }

    /// Ends the thread, and the request that waits with it.
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

/// What the thread does.
private func poll(
    _ source: TaskSource, version: String, after cursor: String?, mailbox: Mailbox<TaskOrder>,
    report: @escaping @Sendable (UplinkReport) -> Void
) {
    let endpoint = source.target.endpoint
    let whole = source.wait + source.target.timeout
    // While the platform holds the request not a byte comes: that silence is what was asked for.
    let settings = HTTPSettings(
        userAgent: "boothd/\(version)", authority: endpoint.ca, certificate: endpoint.certificate, key: endpoint.key,
        timeout: whole, silence: max(.seconds(60), source.wait + .seconds(15)))
    var link: LinkState?
    while true {
        do throws(HTTPFailure) {
            let client = try HTTPClient(settings)
            return TaskPoller(
                source, client: client, mailbox: mailbox, after: cursor, link: link, report: report
            ).run()
        } catch {
            // No memory for a client: asked for again, as the thread for events does.
            let state = LinkState.retrying(LinkWords(endpoint).sentence(error.cause))
            link = state
            report(.taskLink(source.target.id, state))
            guard rest(until: .now() + source.target.retryMost, mailbox) else { return }
        }
    }
}

/// Lets time pass.
///
/// - Returns: whether to go on.
private func rest(until end: BootTime, _ mailbox: Mailbox<TaskOrder>) -> Bool {
    while end > .now() {
        for order in mailbox.wait(milliseconds: end.millisecondsAway()) {
            switch order {
            case .stop: return false
            case .prove(let pulse): pulse.beat()
            case .taken: break
            }
        }
    }
    return true
}
