// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCore
import BoothModel

// The service manager's watchdog. It is fed only while every loop proves that it makes progress.
//
// The core asks every loop that the booth depends on, and itself, through the loop's own mailbox. WATCHDOG=1 is sent as
// long as no loop is late with its answer. Each loop's deadline includes everything that may take long for a good
// reason. A dead bus, an unreachable platform and a slow card do not make a loop late, because each of its waits has a
// limit.
extension Agent {
    /// Begins to ask the loops. All threads have been started.
    func startWatch() {
        let pace = LoopWatch.Pace(limit: announcer.watchdogLimit)
        var loops = [
            LoopWatch.Loop("core", patience: pace.patience) { [mailbox] in mailbox.post(.prove($0)) },
            // A card that rearranges its blocks can make fdatasync(2) wait for many seconds. Killing the agent would
            // lose what is only in memory, and would not make the card faster.
            LoopWatch.Loop("journal", patience: pace.patience * 3) { [journal] in journal.prove($0) },
        ]
        // Without its socket there is no control thread; this was reported.
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

    /// Reads the loops' answers, asks them again, and reports changes to the core.
    func watchLoops(at now: BootTime) {
        guard let deadline = watch?.nextDeadline, deadline <= now, let (changes, provesAll) = watch?.look(at: now)
        else { return }
        // If the core was reported as stuck meanwhile, the status must be sent again.
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
        /// Makes the loop named on the command line stop for ever.
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
