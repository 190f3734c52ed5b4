// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// How far a scan has come.
package struct ScanProgress: Sendable, Hashable {
    /// Of the whole plan, 0...1, by time.
    package var fraction: Double
    package var elapsed: Duration
    /// About how long the rest takes, by what the requests so far took.
    package var remaining: Duration
    /// How the line is set; nil over TCP.
    package var line: SerialLine?
    /// Which unit is asked.
    package var unit: Int
    /// How many have answered.
    package var found: Int
}

/// Compares what was planned with what it took.
struct ScanPace {
    private let plan: ScanPlan
    private let start = ContinuousClock.now
    /// What the plan allowed for the requests made so far.
    private var planned = Duration.zero
    private let whole: Duration
    /// The end of the rounds before this one.
    private var nextRound = Duration.zero

    init(_ plan: ScanPlan) {
        self.plan = plan
        whole = plan.duration
    }

    /// Takes a round for begun: what the one before left out is done with.
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
        // What the first requests took says little: the plan's word counts for the first ten seconds.
        let pace = planned > .seconds(10) ? elapsed / planned : 1
        return ScanProgress(
            fraction: fraction, elapsed: elapsed, remaining: max(.zero, whole - planned) * pace, line: line, unit: unit,
            found: found)
    }
}
