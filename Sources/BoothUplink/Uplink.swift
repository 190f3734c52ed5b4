// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import HTTP
import Synchronization

/// One target's thread: it asks for events, sends them, and reports what the platform said.
///
/// Nothing but a receipt that names an event is ever reported as its receipt.
package final class Uplink: Sendable {
    /// Booths that start together, after a power cut, arrive within this span; a press does not wait for it.
    package static let startSpread = Duration.seconds(1)

    private let target: TargetConfiguration
    private let version: String
    private let startSpread: Duration
    private let link: LinkState?
    private let report: @Sendable (UplinkReport) -> Void
    private let mailbox: Mailbox<UplinkOrder>
    private let thread = Mutex<WorkerThread?>(nil)

    /// - Parameters:
    ///   - version: the agent's, for `User-Agent: boothd/VERSION`.
    ///   - startSpread: the longest wait before the first request.
    ///   - link: what the agent takes the link for, and is not told; nil: it does not know, a fault may stand from an
    ///     earlier run, and the outcome of the first exchange is told whatever it is.
    ///   - report: called on the target's thread; must not block.
    /// - Throws: `SystemError` when the process has no descriptor left.
    package init(
        target: TargetConfiguration, version: String, startSpread: Duration = Uplink.startSpread,
        link: LinkState? = .ok, report: @escaping @Sendable (UplinkReport) -> Void
    ) throws(SystemError) {
        self.target = target
        self.version = version
        self.startSpread = startSpread
        self.link = link
        self.report = report
        mailbox = try Mailbox()
    }

    /// Starts the thread; once.
    ///
    /// - Throws: `SystemError` when the system has no thread left.
    package func start() throws(SystemError) {
        let (target, version, spread, link, mailbox, report) = (target, version, startSpread, link, mailbox, report)
        let started = try WorkerThread(name: threadName) {
            serve(target, version: version, startSpread: spread, link: link, mailbox: mailbox, report: report)
        }
        thread.withLock { $0 = started }
    }

    /// As `ps -L` shows it.
    package var threadName: String { "to-\(target.id)" }

    /// Hands over an order; from any thread, never blocks.
    package func order(_ order: UplinkOrder) {
        mailbox.post(order)
    }

    /// Ends the thread, and a request under way with it: its events stay queued.
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
private func serve(
    _ target: TargetConfiguration, version: String, startSpread: Duration, link: LinkState?,
    mailbox: Mailbox<UplinkOrder>, report: @escaping @Sendable (UplinkReport) -> Void
) {
    let settings = HTTPSettings(
        userAgent: "boothd/\(version)", authority: target.endpoint.ca, certificate: target.endpoint.certificate,
        key: target.endpoint.key, timeout: target.timeout)
    var link = link
    while true {
        do throws(HTTPFailure) {
            let lines = Lines(try HTTPConnections(settings))
            Courier(
                target, lines: lines, mailbox: mailbox, startSpread: startSpread, link: link, report: report
            ).run()
            return
        } catch {
            // No memory for a client: a link that cannot be used now, and asked for again, is no reason to end.
            let state = LinkState.retrying(LinkWords(target.endpoint).sentence(error.cause))
            link = state
            report(.link(target.id, state))
            guard rest(until: .now() + target.retryMost, mailbox) else { return }
        }
    }
}

/// Lets time pass; orders that come are dropped, and asked for again.
///
/// - Returns: whether to go on.
private func rest(until end: BootTime, _ mailbox: Mailbox<UplinkOrder>) -> Bool {
    while end > .now() {
        for order in mailbox.wait(milliseconds: end.millisecondsAway()) {
            switch order {
            case .stop: return false
            case .prove(let pulse): pulse.beat()
            case .batch, .status, .retryNow: break
            }
        }
    }
    return true
}
