// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What the core is told: everything that reaches the agent comes in by one of these.
package enum Input: Sendable {
    /// Sensing is about to begin.
    case begin
    /// Every part runs.
    case inService
    /// Sensing, targets and buses have ended; the journal is the last to go.
    case stopping
    /// Nothing but time has passed.
    case time

    case sensors([SensorReport])
    case journal(JournalReport)
    /// These events were synced to disk at `at`.
    case recorded([EventID], at: BootTime)
    /// The answer to `Effect.afterRecording`. `isOnDisk` is false while the disk refuses.
    case reached(Token, isOnDisk: Bool)
    /// The answer to `Effect.ask`.
    case answered(JournalAnswer)
    /// The answer to `Effect.makeReport`; nil where the disk refuses or the system has no thread left.
    case report(BoothReport?, ReportOrder.Purpose)
    case target(UplinkReport)

    case call(CallID, ControlCall, from: Peer, seeing: CallFacts)
    /// Whoever had what a call gave as long as it was connected is gone.
    case callEnded(CallID)
    /// The bus is closed, and its borrower may have it.
    case busLent(CallID)
    /// What a read of a unit gave.
    case busRead(CallID, bus: String, Result<[UInt16], ReadFailure>)

    /// Somebody, or a time service, may have set the clock.
    case clockSet
    /// Somebody wants the configuration file read again.
    case reloadWanted
    /// The answer to `Effect.readConfiguration`.
    case configurationRead(ReadConfiguration)
    /// Which loops make no progress has changed, or the service manager was told of one by another thread.
    case loops(stalled: [StalledLoop], changes: [LoopChange], isStatusStale: Bool)

    /// Which call an answer is for: no two calls of one run have the same.
    package typealias CallID = Int
}

/// Who makes a call, by the kernel's word (unix(7), SO_PEERCRED).
package struct Peer: Sendable, Hashable {
    package var process: Int32
    package var user: UInt32
    /// Who is recorded to have acted; nil where the call only looks.
    package var officer: Actor?

    package init(process: Int32, user: UInt32, officer: Actor?) {
        self.process = process
        self.user = user
        self.officer = officer
    }
}

/// What only the devices can tell a call.
package struct CallFacts: Sendable, Hashable {
    /// How every unit that was asked has answered.
    package var units: [UnitCounters]
    /// The configured buses that are on the line that the call names, by whichever name of its device.
    package var busesOnLine: [String]

    package init(units: [UnitCounters] = [], busesOnLine: [String] = []) {
        self.units = units
        self.busesOnLine = busesOnLine
    }
}

/// A configuration file that was read again.
package enum ReadConfiguration: Sendable, Hashable {
    /// It is right; `limit` is its `[storage] limit`.
    case right(limit: Int64)
    case wrong(FileProblems)
}

/// What is wrong with a configuration file: in each language at least one line, the first the one to know.
package struct FileProblems: Sendable, Hashable {
    package var zh: [String]
    package var en: [String]

    package init(zh: [String], en: [String]) {
        self.zh = zh
        self.en = en
    }

    /// The first problem.
    var first: Message { Message(zh: zh.first ?? "", en: en.first ?? "") }
    /// All of them.
    var all: Message { Message(zh: zh.joined(separator: "; "), en: en.joined(separator: "; ")) }
}

/// A loop that makes no progress.
package struct StalledLoop: Sendable, Hashable {
    package var name: String
    package var since: BootTime
    /// Whether the service manager will restart the agent for it.
    package var isWatched: Bool

    package init(name: String, since: BootTime, isWatched: Bool) {
        self.name = name
        self.since = since
        self.isWatched = isWatched
    }
}

/// What became of a loop.
package enum LoopChange: Sendable, Hashable {
    case stalled(StalledLoop)
    case recovered(name: String)
}
