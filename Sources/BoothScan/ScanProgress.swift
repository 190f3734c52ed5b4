// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// The progress of a scan.
package struct ScanProgress: Sendable, Hashable {
    /// The share of the whole plan's time, 0...1.
    package var fraction: Double
    package var elapsed: Duration
    /// Roughly how long the rest takes, at the speed so far.
    package var remaining: Duration
    /// The line's setting; nil over TCP.
    package var line: SerialLine?
    /// The unit that is asked.
    package var unit: Int
    /// How many units have answered.
    package var found: Int
}

/// Compares planned time with actual time.
struct ScanPace {
    private let plan: ScanPlan
    private let start = ContinuousClock.now
    /// The planned time of the requests made so far.
    private var planned = Duration.zero
    private let whole: Duration
    /// The planned end of this round.
    private var nextRound = Duration.zero

    init(_ plan: ScanPlan) {
        self.plan = plan
        whole = plan.duration
    }

    /// Begins a round. What the last round skipped counts as done.
    mutating func begin(_ round: ScanPlan.Round) {
        planned = nextRound
        nextRound += plan.duration(of: round)
    }

    mutating func made(_ probe: ScanPlan.Probe, at line: SerialLine?) {
        planned += plan.duration(of: probe, at: line)
    }

    func progress(at line: SerialLine?, unit: Int, found: Int) -> ScanProgress {
        let elapsed = start.duration(to: .now)
        let fraction = whole > .zero ? min(1, planned / whole) : 1
        // The first requests are not representative, so use the planned time for the first ten seconds.
        let pace = planned > .seconds(10) ? elapsed / planned : 1
        return ScanProgress(
            fraction: fraction, elapsed: elapsed, remaining: max(.zero, whole - planned) * pace, line: line, unit: unit,
            found: found)
    }
}
