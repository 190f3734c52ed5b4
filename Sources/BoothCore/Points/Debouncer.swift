// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Turns the changes of a contact that bounces into changes that count; told the time, for every source.
///
/// A kind that counts its leading edge takes the first change away from normal at once, and then nothing until the
/// input has held still for the period. Every other change counts once the new state has held for the period, and is
/// stamped with the instant since when it held. The first state ever counts at once; a period of zero lets every change
/// pass.
package struct Debouncer: Sendable, Hashable {
    /// How long a level has to hold before it counts; zero: every change counts.
    package let period: Duration
    /// Whether the first edge counts at once and the period only keeps the next away.
    package let countsLeadingEdge: Bool
    /// What counts now; nil before the first state.
    package private(set) var accepted: PointState?
    /// What was said last, and since when; nil where nothing is being waited for.
    private var candidate: Candidate?

    private struct Candidate: Sendable, Hashable {
        var state: PointState
        var since: BootTime
    }

    /// - Parameters:
    ///   - period: how long a state has to hold.
    ///   - countsLeadingEdge: whether the first change away from normal counts at once (`PointKind.countsLeadingEdge`).
    package init(period: Duration, countsLeadingEdge: Bool) {
        self.period = period
        self.countsLeadingEdge = countsLeadingEdge
    }

    /// When `advance` has something to say unless the input changes; nil while nothing is waited for.
    package var nextDeadline: BootTime? { candidate.map { $0.since + period } }

    /// Takes what the input says from `time` on; `advance(to: time)` comes first.
    ///
    /// - Returns: the state if it counts at once.
    package mutating func apply(state: PointState, at time: BootTime) -> PointState? {
        // Unknown is no level: to know, or to know no longer, is nothing that bounces.
        guard let accepted, accepted != .unknown, state != .unknown, period > .zero else { return accept(state) }
        if countsLeadingEdge, candidate == nil, accepted == .normal, state != .normal {
            candidate = Candidate(state: state, since: time)
            self.accepted = state
            return state
        }
        wait(for: state, at: time, accepted: accepted)
        return nil
    }

    /// Lets time pass.
    ///
    /// - Returns: the state that has now held for the period, if it is another than counted before, and since when it
    ///   held.
    package mutating func advance(to time: BootTime) -> (PointState, at: BootTime)? {
        guard let waiting = candidate, waiting.since + period <= time else { return nil }
        candidate = nil
        guard waiting.state != accepted else { return nil }
        accepted = waiting.state
        return (waiting.state, at: waiting.since)
    }

    private mutating func accept(_ state: PointState) -> PointState? {
        candidate = nil
        guard state != accepted else { return nil }
        accepted = state
        return state
    }

    private mutating func wait(for state: PointState, at time: BootTime, accepted: PointState) {
        if let waiting = candidate {
            // The same again is no change: the level was read, or an edge between was lost.
            guard waiting.state != state else { return }
            candidate = Candidate(state: state, since: max(time, waiting.since))
        } else if state != accepted {
            candidate = Candidate(state: state, since: time)
        }
    }
}
