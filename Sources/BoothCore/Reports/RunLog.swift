// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Knows when no agent ran: from the last sign of life of the run before to this one's start.
package struct RunLog: Sendable {
    /// How often a run says that it is alive.
    package static let interval = Duration.seconds(600)
    /// A restart that takes no longer is no outage.
    static let shortest = Duration.seconds(1)

    private let started: BootTime
    /// The last sign of life of the run before, until it is known how long ago that was.
    private var before: Stamp?
    /// When the next sign of life is due.
    package private(set) var nextSign: BootTime

    /// - Parameter memory: as the run before left it.
    package init(_ memory: BoothMemory, started: BootTime) {
        self.started = started
        before = memory.alive
        nextSign = started
    }

    /// Puts a sign of life into `memory`, and the outage before this run as soon as the clock can tell how long it was.
    ///
    /// While it cannot, the sign of the run before stays: another restart would find nothing otherwise.
    package mutating func sign(_ memory: inout BoothMemory, at moment: Moment) {
        nextSign = moment.boot + Self.interval
        if let last = before {
            guard moment.clock != .unsynced else { return }
            before = nil
            note(outageAfter: last, in: &memory, at: moment)
        }
        memory.alive = Stamp(moment)
    }

    /// The journal came late: now the last sign of life of the run before is known.
    package mutating func recall(_ memory: BoothMemory) {
        if before == nil { before = memory.alive }
    }

    private func note(outageAfter last: Stamp, in memory: inout BoothMemory, at moment: Moment) {
        let to = moment.wallMilliseconds - (moment.boot - started).milliseconds
        let isThisBoot = last.bootID == moment.bootID
        let elapsed = isThisBoot ? to - (started - last.boot).milliseconds : last.wallMilliseconds
        // Of a sign that was never dated, or is still to come, nothing follows.
        guard let from = elapsed, to - from >= Self.shortest.milliseconds else { return }
        let outage = BoothMemory.Outage(from: WallTime(milliseconds: from), to: WallTime(milliseconds: to))
        memory.outages = (memory.outages + [outage]).suffix(BoothMemory.mostOutages)
    }
}
