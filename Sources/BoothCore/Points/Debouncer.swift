// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Debounces an input of any source. It is told the time.
///
/// With `countsLeadingEdge`, the first change away from normal counts at once. Further changes are ignored until the
/// input has held still for the period. Every other change counts once the new state has held for the period, and is
/// stamped with the start of that period.
///
/// The first state ever counts at once. With a period of zero, every change counts.
package struct Debouncer: Sendable, Hashable {
    /// How long a level must hold before it counts; zero: every change counts.
    package let period: Duration
    /// Whether the first change away from normal counts at once; the period then only keeps the next change away.
    package let countsLeadingEdge: Bool
    /// The debounced state; nil before the first state.
    package private(set) var accepted: PointState?
    /// The state that is timed now, and since when; nil: none.
    private var candidate: Candidate?

    private struct Candidate: Sendable, Hashable {
        var state: PointState
        var since: BootTime
    }

    /// - Parameters:
    ///   - period: how long a state must hold.
    ///   - countsLeadingEdge: whether the first change away from normal counts at once (`PointKind.countsLeadingEdge`).
    package init(period: Duration, countsLeadingEdge: Bool) {
        self.period = period
        self.countsLeadingEdge = countsLeadingEdge
    }

    /// When the candidate has held for the period, unless the input changes; nil: there is none.
    package var nextDeadline: BootTime? { candidate.map { $0.since + period } }

    /// Applies the input's state from `time` on. Call `advance(to: time)` first.
    ///
    /// - Returns: the state if it counts at once.
    package mutating func apply(state: PointState, at time: BootTime) -> PointState? {
        // A change to or from `unknown` is not a bounce, so it counts at once.
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
    /// - Returns: the new debounced state, and since when it held; nil: nothing changed.
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
            // The same state again is no change: the level was read again, or an edge was lost.
            guard waiting.state != state else { return }
            candidate = Candidate(state: state, since: max(time, waiting.since))
        } else if state != accepted {
            candidate = Candidate(state: state, since: time)
        }
    }
}
