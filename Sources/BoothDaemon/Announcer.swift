// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Systemd

/// What the agent says to the log and to the service manager, each on a thread of its own.
///
/// Both may stop reading: journald stalls, systemd re-executes itself, a terminal is held. The core goes on, and so does
/// the other. A log is for the technician; what must not be lost is in the journal of incidents.
final class Announcer: Sendable {
    enum Level: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
    }

    private let language: Language
    private let isJournald: Bool
    private let lines: Outlet
    private let manager: Outlet

    /// - Throws: `SystemError` when the system has no thread or descriptor left.
    init(language: Language = .ofEnvironment) throws(SystemError) {
        self.language = language
        isJournald = getenv("JOURNAL_STREAM") != nil
        lines = try Outlet(name: "log") { dropped in
            StandardStream.error.write(line: "boothd: \(dropped) lines dropped: nobody read them")
        }
        // A status that was dropped has been followed by others.
        manager = try Outlet(name: "notify") { _ in }
    }

    /// A line on standard error, with the level that journald understands (sd-daemon(3)) where it listens.
    func log(_ level: Level, _ message: Message) {
        let prefix = isJournald ? "<\(level.rawValue)>" : "boothd: "
        let line = prefix + message.text(in: language)
        lines.say { StandardStream.error.write(line: line) }
    }

    /// In service: `READY=1`, and a line for `systemctl status`.
    func ready(_ status: String) {
        tell { notifier throws(NotifyError) in try notifier.ready(status: status) }
    }

    func status(_ text: String) {
        tell { notifier throws(NotifyError) in try notifier.status(text) }
    }

    func stopping() {
        tell { notifier throws(NotifyError) in try notifier.stopping() }
    }

    func reloading() {
        tell { notifier throws(NotifyError) in try notifier.reloading() }
    }

    private func tell(_ body: @escaping @Sendable (Notifier) throws(NotifyError) -> Void) {
        let lines = lines
        manager.say {
            do throws(NotifyError) {
                try body(Notifier())
            } catch {
                let words = "\(error)"
                lines.say { StandardStream.error.write(line: "boothd: \(words)") }
            }
        }
    }

    /// Says what waits and ends, in less than a second however deaf the readers are.
    func end() {
        manager.end(within: 300)
        lines.end(within: 300)
    }
}
