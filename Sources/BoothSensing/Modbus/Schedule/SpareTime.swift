// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How often live requests may be made to wait for a probe.
struct StealBudget {
    /// After a probe that cost live requests time, none for so many times as long.
    private static let pauses = 11
    /// Nor for so many times as long as it took, where most of that was spare time: polls that come late are few.
    private static let leastPauses = 5

    /// Between two units that are asked for the first time; most of them are there.
    private static let liveBetweenFirsts = 2

    /// Right after them there may be a gap that takes part of the probe.
    private static let liveBefore = 2

    private var allowedFrom = BootTime(nanoseconds: 0)
    /// Live requests made since the last one; more than any round before the first.
    private var liveSince = 1 << 32
    /// Live requests made since a probe was first wanted that they have to wait for.
    private var liveSinceWish = 0

    /// Whether a unit that was never asked may be, although the bus has no gap for it.
    var allowsFirst: Bool { liveSince >= Self.liveBetweenFirsts }

    /// - Parameter live: how many requests a live round has.
    func isAllowed(at now: BootTime, live: Int) -> Bool { now >= allowedFrom && liveSince >= live }

    /// Whether the probe is made now: not before those live requests that are due, as long as they come to an end.
    ///
    /// - Parameters:
    ///   - price: what the probe takes.
    ///   - spare: what of it keeps no live request waiting.
    mutating func begins(at now: BootTime, _ price: Duration, spare: Duration, live: PollSchedule.Live) -> Bool {
        if live.ready != nil, liveSinceWish < min(live.count, Self.liveBefore) {
            liveSinceWish += 1
            return false
        }
        let stolen = price - max(.zero, min(spare, price))
        allowedFrom = now + price + max(price * Self.leastPauses, stolen * Self.pauses)
        liveSince = 0
        liveSinceWish = 0
        return true
    }

    mutating func liveIsMade() { liveSince += 1 }
}

/// The widest gap that live requests left of late.
struct GapWatch {
    /// Half of what counts as of late.
    private let span: Duration
    private var since = BootTime(nanoseconds: 0)
    private var before = Duration.zero
    private var current = Duration.zero

    init(_ span: Duration) { self.span = span }

    var widest: Duration { max(before, current) }

    mutating func note(_ spare: Duration, at now: BootTime) {
        if now - since >= span {
            (before, current, since) = (current, .zero, now)
        }
        current = max(current, spare)
    }
}
