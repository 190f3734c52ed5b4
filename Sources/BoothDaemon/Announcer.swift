// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCore
import BoothModel
import Glibc
import Synchronization
import Systemd

/// Writes to the log and to the service manager, each on its own thread.
///
/// Either may stop reading: journald stalls, systemd re-executes itself, a terminal is paused. Then the core and the
/// other one still go on. Log lines may be dropped; what must not be lost is in the journal of incidents.
final class Announcer: Sendable {
    /// The service manager kills this process after so much silence; nil: it does not watch.
    let watchdogLimit = Notifier.watchdogLimit

    private let language: Language
    private let isJournald: Bool
    private let lines: Outlet
    private let manager: Outlet
    /// Whether the core was reported as stuck since it last called `coreGoesRound`.
    private let missedCore = Atomic(false)

    /// - Throws: `SystemError` if the system has no thread or descriptor left.
    init(language: Language = .ofEnvironment) throws(SystemError) {
        self.language = language
        isJournald = JournalStream.isStandardError
        lines = try Outlet(name: "log") { dropped in
            StandardStream.error.write(line: "boothd: \(dropped) lines dropped: nobody read them")
        }
        // A newer status replaces a dropped one, so nothing is reported.
        manager = try Outlet(name: "notify") { _ in }
    }

    /// Logs an entry: with its fields if journald listens, otherwise as a line on standard error.
    func log(_ entry: LogEntry) {
        let line = entry.message.text(in: language)
        guard isJournald else { return lines.say { StandardStream.error.write(line: "boothd: \(line)") } }
        let fields = entry.journalFields(in: language)
        lines.say {
            do throws(JournalStreamError) {
                try JournalStream.send(fields)
            } catch {
                // The other way to journald: a line with the level before it (sd-daemon(3)).
                StandardStream.error.write(line: "<\(entry.level.rawValue)>\(line)")
            }
        }
    }

    /// Reports the service as ready: `READY=1`, and a line for `systemctl status`.
    func ready(_ status: String) {
        tell { notifier throws(NotifyError) in try notifier.ready(status: status) }
    }

    func status(_ text: String) {
        tell { notifier throws(NotifyError) in try notifier.status(text) }
    }

    func stopping() {
        manager.expectNothing()
        tell { notifier throws(NotifyError) in try notifier.stopping() }
    }

    func reloading() {
        manager.expectNothing()
        tell { notifier throws(NotifyError) in try notifier.reloading() }
    }

    // MARK: Watchdog

    /// Notes that the core makes progress. It must call again before half of the watchdog's time is over. If it does
    /// not, the `notify` thread reports it, because the core cannot report itself.
    ///
    /// - Parameter provesAll: whether all other loops make progress too, so that `WATCHDOG=1` may be sent.
    /// - Returns: whether the core was reported as stuck meanwhile; the status must then be sent again.
    func coreGoesRound(provesAll: Bool) -> Bool {
        guard let limit = watchdogLimit else { return false }
        if provesAll { tell { notifier throws(NotifyError) in try notifier.keepAlive() } }
        let milliseconds = Int((limit / 2).milliseconds)
        manager.expectNews(by: .now() + limit / 2) { [weak self] in self?.missCore(for: milliseconds) }
        return missedCore.exchange(false, ordering: .relaxed)
    }

    private func missCore(for milliseconds: Int) {
        missedCore.store(true, ordering: .relaxed)
        let text = Message(
            zh: "线程 core 已有 \(milliseconds) 毫秒没有进展；看门狗将重启 boothd",
            en: "the loop core has made no progress for \(milliseconds) ms; the watchdog will restart boothd")
        log(LogEntry(.error, .loopStalled, text, [.loop: "core"]))
        say { notifier throws(NotifyError) in try notifier.status(text.en) }
    }

    private func tell(_ body: @escaping @Sendable (Notifier) throws(NotifyError) -> Void) {
        manager.say { [weak self] in self?.say(body) }
    }

    /// Runs on the `notify` thread.
    private func say(_ body: (Notifier) throws(NotifyError) -> Void) {
        do throws(NotifyError) {
            try body(Notifier())
        } catch {
            let words = "\(error)"
            lines.say { StandardStream.error.write(line: "boothd: \(words)") }
        }
    }

    /// Sends what waits and ends; takes less than a second even if nobody reads.
    func end() {
        manager.end(within: 300)
        lines.end(within: 300)
    }
}
