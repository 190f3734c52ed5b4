// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Synchronization
import Systemd

/// What the agent says to the log and to the service manager, on a thread of its own.
///
/// Both may stop reading: journald stalls, systemd re-executes itself, a terminal is held. Whoever speaks goes on; what
/// nobody reads is bounded and counted.
///
/// A log is for the technician; what must not be lost is in the journal of incidents.
final class Announcer: Sendable {
    enum Level: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
    }

    private enum Notice: Sendable {
        case line(String)
        case ready(String)
        case status(String)
        case stopping
        case reloading
        case end
    }

    private static let mostWaiting = 1000

    private let language: Language
    private let isJournald: Bool
    private let mailbox: Mailbox<Notice>
    private let thread: WorkerThread
    private let backlog = Backlog()

    /// What waits to be said, and what was not for want of a reader.
    private final class Backlog: Sendable {
        let waiting = Atomic(0)
        let dropped = Atomic(0)
    }

    /// - Throws: `SystemError` when the system has no thread or descriptor left.
    init(language: Language = .ofEnvironment) throws(SystemError) {
        self.language = language
        isJournald = getenv("JOURNAL_STREAM") != nil
        let mailbox = try Mailbox<Notice>()
        let backlog = backlog
        self.mailbox = mailbox
        thread = try WorkerThread(name: "announcer") { Self.run(mailbox, backlog) }
    }

    /// A line on standard error, with the level that journald understands (sd-daemon(3)) where it listens.
    func log(_ level: Level, _ message: Message) {
        let prefix = isJournald ? "<\(level.rawValue)>" : "boothd: "
        post(.line(prefix + message.text(in: language)))
    }

    /// In service: `READY=1`, and a line for `systemctl status`.
    func ready(_ status: String) { post(.ready(status)) }

    func status(_ text: String) { post(.status(text)) }

    func stopping() { post(.stopping) }

    func reloading() { post(.reloading) }

    /// Says what waits and ends; gives up on a reader that does not read after half a second.
    func end() {
        mailbox.post(.end)
        thread.join(milliseconds: 500)
    }

    private func post(_ notice: Notice) {
        guard backlog.waiting.load(ordering: .relaxed) < Self.mostWaiting else {
            backlog.dropped.add(1, ordering: .relaxed)
            return
        }
        backlog.waiting.add(1, ordering: .relaxed)
        mailbox.post(notice)
    }

    private static func run(_ mailbox: Mailbox<Notice>, _ backlog: Backlog) {
        let notifier = Notifier()
        while true {
            for notice in mailbox.wait() {
                if case .end = notice { return }
                backlog.waiting.subtract(1, ordering: .relaxed)
                let dropped = backlog.dropped.exchange(0, ordering: .relaxed)
                if dropped > 0 {
                    StandardStream.error.write(line: "boothd: \(dropped) lines dropped: nobody read them")
                }
                do throws(NotifyError) {
                    try say(notice, notifier)
                } catch {
                    StandardStream.error.write(line: "boothd: \(error)")
                }
            }
        }
    }

    private static func say(_ notice: Notice, _ notifier: Notifier) throws(NotifyError) {
        switch notice {
        case .line(let text): StandardStream.error.write(line: text)
        case .ready(let status): try notifier.ready(status: status)
        case .status(let text): try notifier.status(text)
        case .stopping: try notifier.stopping()
        case .reloading: try notifier.reloading()
        case .end: break
        }
    }
}
