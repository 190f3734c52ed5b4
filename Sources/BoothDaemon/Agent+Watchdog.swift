// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCore
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
        watch = LoopWatch(loops, pace: pace, start: .now())
    }

    /// Hears and asks the loops, and tells the core what changed.
    func watchLoops(at now: BootTime) {
        guard let deadline = watch?.nextDeadline, deadline <= now, let (changes, provesAll) = watch?.look(at: now)
        else { return }
        // Where the core was said to be stuck meanwhile, the status has to be told anew.
        let isStatusStale = announcer.coreGoesRound(provesAll: provesAll)
        guard !changes.isEmpty || isStatusStale else { return }
        let isWatched = announcer.watchdogLimit != nil
        let stalled = watch?.stalled.map { StalledLoop(name: $0.name, since: $0.since, isWatched: isWatched) } ?? []
        feed(
            .loops(
                stalled: stalled, changes: changes.map { LoopChange($0, isWatched: isWatched) },
                isStatusStale: isStatusStale))
    }

    #if DEBUG
        /// Has the loop that the command line names stop for ever.
        func wedge(at now: BootTime) {
            if let wedged { watch?.wedge(wedged, at: now) }
        }
    #endif
}

extension LoopChange {
    fileprivate init(_ change: LoopWatch.Change, isWatched: Bool) {
        switch change {
        case .stalled(let name, let since):
            self = .stalled(StalledLoop(name: name, since: since, isWatched: isWatched))
        case .recovered(let name): self = .recovered(name: name)
        }
    }
}
