// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

// The service manager's watchdog, fed by proof of progress and by nothing else.
//
// The core asks every loop that the booth depends on, itself among them, through the loop's own mailbox. WATCHDOG=1 goes
// out as long as none is late with its answer. What may legitimately take long is in the loop's deadline: a bus that is
// dead, a platform that is away and a slow card all answer in time, since no wait of theirs is without an end.
extension Agent {
    /// Begins to ask. Every thread has been started.
    func startWatch() {
        let pace = LoopWatch.Pace(limit: announcer.watchdogLimit)
        var loops = [
            LoopWatch.Loop("core", patience: pace.patience) { [mailbox] in mailbox.post(.prove($0)) },
            // A card that moves its blocks about makes fdatasync(2) wait for many seconds; killing the agent for it
            // would lose what only memory holds, and the card would be no faster.
            LoopWatch.Loop("journal", patience: pace.patience * 3) { [journal] in journal.prove($0) },
        ]
        // Without its socket there is no such thread, and the technician was told.
        if control.isRunning {
            loops.append(LoopWatch.Loop("control", patience: pace.patience) { [control] in control.prove($0) })
        }
        loops += modbus.map { thread in
            LoopWatch.Loop(thread.name, patience: pace.patience + thread.longestRound) { thread.prove($0) }
        }
        loops += uplinks.values.map { uplink in
            LoopWatch.Loop(uplink.threadName, patience: pace.patience) { uplink.order(.prove($0)) }
        }
        loops += polls.values.map { poll in
            LoopWatch.Loop(poll.threadName, patience: pace.patience) { poll.order(.prove($0)) }
        }
        watch = LoopWatch(loops, pace: pace, start: .now())
    }

    /// Hears and asks the loops, and tells the service manager what it is to know.
    func watchLoops(at now: BootTime) {
        guard let deadline = watch?.nextDeadline, deadline <= now, let (changes, provesAll) = watch?.look(at: now)
        else { return }
        for change in changes { tell(change) }
        if announcer.coreGoesRound(provesAll: provesAll) { shownStatus = nil }
    }

    #if DEBUG
        /// Has the loop that the command line names stop for ever.
        func wedge(at now: BootTime) {
            if let wedged { watch?.wedge(wedged, at: now) }
        }
    #endif

    private func tell(_ change: LoopWatch.Change) {
        hasStatusToShow = true
        switch change {
        case .stalled(let name, let since): log(.error, .loopStalled, stall(of: name, since: since), [.loop: name])
        case .recovered(let name):
            log(.notice, .loopRecovered, Message(zh: "线程 \(name) 恢复工作", en: "the loop \(name) goes on"), [.loop: name])
        }
    }

    /// The loops that do not go round, as reasons.
    func stalls() -> [Message] {
        watch?.stalled.map { stall(of: $0.name, since: $0.since) } ?? []
    }

    private func stall(of name: String, since: BootTime) -> Message {
        let isWatched = announcer.watchdogLimit != nil
        let time = time(of: since)
        return Message(
            zh: "线程 \(name) 自 \(time.zh) 起没有进展；\(isWatched ? "看门狗将重启 boothd" : "请重启 boothd")",
            en: "the loop \(name) has made no progress since \(time.en); "
                + (isWatched ? "the watchdog will restart boothd" : "restart boothd"))
    }

    /// Local time where the clock is trusted, else seconds since the start of the board, as dmesg counts.
    private func time(of instant: BootTime) -> Message {
        if let time = Stamp(clock.moment(at: instant)).time { return Message(zh: time, en: time) }
        let seconds = instant.milliseconds / 1000
        return Message(zh: "开机后 \(seconds) 秒", en: "\(seconds) s after boot")
    }
}
