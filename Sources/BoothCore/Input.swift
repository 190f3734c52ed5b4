// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// An input of the core. Everything that reaches the agent comes in as one of these.
package enum Input: Sendable {
    /// Sensing is about to begin.
    case begin
    /// Every part runs.
    case inService
    /// Sensing, targets and buses have ended. The journal still runs, and ends last.
    case stopping
    /// Nothing else waits to be told: what is due by now is done.
    case time

    case sensors([SensorReport])
    case journal(JournalReport)
    /// These events were synced to disk at `at`.
    case recorded([EventID], at: BootTime)
    /// The answer to `Effect.afterRecording`. `isOnDisk` is false while the disk refuses.
    case reached(Token, isOnDisk: Bool)
    /// The answer to `Effect.ask`.
    case answered(JournalAnswer)
    /// The answer to `Effect.makeReport`; nil: the disk refuses, or the system has no thread left.
    case report(BoothReport?, ReportOrder.Purpose)
    case target(UplinkReport)

    case call(CallID, ControlCall, from: Peer, seeing: CallFacts)
    /// The connection of a call that held a bus or a walk test has ended.
    case callEnded(CallID)
    /// The bus is closed, and its borrower may open it.
    case busLent(CallID)
    /// The answer to `Effect.readBus`.
    case busRead(CallID, bus: String, Result<[UInt16], ReadFailure>)

    /// Somebody, or a time service, may have set the clock.
    case clockSet
    /// Somebody asked to reload the configuration file.
    case reloadWanted
    /// The answer to `Effect.readConfiguration`.
    case configurationRead(ReadConfiguration)
    /// The list of stalled loops has changed. `isStatusStale`: another thread has told the service manager about a
    /// loop.
    case loops(stalled: [StalledLoop], changes: [LoopChange], isStatusStale: Bool)

    /// Which call an answer is for; unique within one run.
    package typealias CallID = Int
}

/// Who makes a call, as the kernel reports it (unix(7), SO_PEERCRED).
package struct Peer: Sendable, Hashable {
    package var process: Int32
    package var user: UInt32
    /// The name that is recorded with an act; nil: the call only reads.
    package var officer: Actor?

    package init(process: Int32, user: UInt32, officer: Actor?) {
        self.process = process
        self.user = user
        self.officer = officer
    }
}

/// Facts for a call that only the devices know.
package struct CallFacts: Sendable, Hashable {
    /// How each Modbus unit that was asked has answered.
    package var units: [UnitCounters]
    /// The configured buses on the line that the call names, whichever name of the device it uses.
    package var busesOnLine: [String]

    package init(units: [UnitCounters] = [], busesOnLine: [String] = []) {
        self.units = units
        self.busesOnLine = busesOnLine
    }
}

/// A configuration file that was read again.
package enum ReadConfiguration: Sendable, Hashable {
    /// The file is right; `limit` is its `[storage] limit`.
    case right(limit: Int64)
    case wrong(FileProblems)
}

/// What is wrong with a configuration file: at least one line in each language, the most important first.
package struct FileProblems: Sendable, Hashable {
    package var zh: [String]
    package var en: [String]

    package init(zh: [String], en: [String]) {
        self.zh = zh
        self.en = en
    }

    /// The first problem.
    var first: Message { Message(zh: zh.first ?? "", en: en.first ?? "") }
    /// All problems on one line.
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

/// A loop stalled, or works again.
package enum LoopChange: Sendable, Hashable {
    case stalled(StalledLoop)
    case recovered(name: String)
}
