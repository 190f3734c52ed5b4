// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Notes when no agent ran: from the last sign of life of the previous run to the start of this one.
package struct RunLog: Sendable {
    /// The interval of the signs of life.
    package static let interval = Duration.seconds(600)
    /// The shortest outage. A faster restart is none.
    static let shortest = Duration.seconds(1)

    private let started: BootTime
    /// The last sign of life of the previous run; nil once the outage after it is noted, or if there was none.
    private var before: Stamp?
    /// When the next sign of life is due.
    package private(set) var nextSign: BootTime

    /// - Parameter memory: as the previous run left it.
    package init(_ memory: BoothMemory, started: BootTime) {
        self.started = started
        before = memory.alive
        nextSign = started
    }

    /// Writes a sign of life into `memory`. Once the clock is trusted, also writes the outage before this run.
    ///
    /// Until then, the previous run's sign stays in `memory`. Otherwise another restart would lose it.
    package mutating func sign(_ memory: inout BoothMemory, at moment: Moment) {
        nextSign = moment.boot + Self.interval
        if let last = before {
            guard moment.clock != .unsynced else { return }
            before = nil
            note(outageAfter: last, in: &memory, at: moment)
        }
        memory.alive = Stamp(moment)
    }

    /// The journal opened late: now the last sign of life of the previous run is known.
    package mutating func recall(_ memory: BoothMemory) {
        if before == nil { before = memory.alive }
    }

    private func note(outageAfter last: Stamp, in memory: inout BoothMemory, at moment: Moment) {
        let to = moment.wallMilliseconds - (moment.boot - started).milliseconds
        let isThisBoot = last.bootID == moment.bootID
        let elapsed = isThisBoot ? to - (started - last.boot).milliseconds : last.wallMilliseconds
        // A sign without a date, or with a date in the future, gives no outage.
        guard let from = elapsed, to - from >= Self.shortest.milliseconds else { return }
        let outage = BoothMemory.Outage(from: WallTime(milliseconds: from), to: WallTime(milliseconds: to))
        memory.outages = (memory.outages + [outage]).suffix(BoothMemory.mostOutages)
    }
}
