// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCore
import BoothModel
import Glibc
import Synchronization
import Systemd

/// What the agent says to the log and to the service manager, each on a thread of its own.
///
/// Both may stop reading: journald stalls, systemd re-executes itself, a terminal is held. The core goes on, and so does
/// the other. A log is for the technician; what must not be lost is in the journal of incidents.
final class Announcer: Sendable {
    /// After how long a silence the service manager kills this process; nil: it does not watch it.
    let watchdogLimit = Notifier.watchdogLimit

    private let language: Language
    private let isJournald: Bool
    private let lines: Outlet
    private let manager: Outlet
    /// Whether the core was said to be stuck since it last asked.
    private let missedCore = Atomic(false)

    /// - Throws: `SystemError` when the system has no thread or descriptor left.
    init(language: Language = .ofEnvironment) throws(SystemError) {
        self.language = language
        isJournald = JournalStream.isStandardError
        lines = try Outlet(name: "log") { dropped in
            StandardStream.error.write(line: "boothd: \(dropped) lines dropped: nobody read them")
        }
        // A status that was dropped has been followed by others.
        manager = try Outlet(name: "notify") { _ in }
    }

    /// An entry with its fields where journald listens, a line on standard error otherwise.
    func log(_ entry: LogEntry) {
        let line = entry.message.text(in: language)
        guard isJournald else { return lines.say { StandardStream.error.write(line: "boothd: \(line)") } }
        let fields = entry.journalFields(in: language)
        lines.say {
            do throws(JournalStreamError) {
                try JournalStream.send(fields)
            } catch {
                // Its other way in, a line with the level before it (sd-daemon(3)).
                StandardStream.error.write(line: "<\(entry.level.rawValue)>\(line)")
            }
        }
    }

    /// In service: `READY=1`, and a line for `systemctl status`.
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

    /// The core goes round, and is expected to say so again before half of the watchdog's time is up. Where it does not,
    /// the `notify` thread says that in its place: of all loops the core is the one that cannot report itself.
    ///
    /// - Parameter provesAll: whether all other loops do as well, so that the watchdog may have its `WATCHDOG=1`.
    /// - Returns: whether the core was said to be stuck meanwhile; the status has to be told anew then.
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

    /// On the `notify` thread.
    private func say(_ body: (Notifier) throws(NotifyError) -> Void) {
        do throws(NotifyError) {
            try body(Notifier())
        } catch {
            let words = "\(error)"
            lines.say { StandardStream.error.write(line: "boothd: \(words)") }
        }
    }

    /// Says what waits and ends, in less than a second however deaf the readers are.
    func end() {
        manager.end(within: 300)
        lines.end(within: 300)
    }
}
