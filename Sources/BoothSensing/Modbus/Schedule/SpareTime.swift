// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Limits how often live requests wait for a probe.
struct StealBudget {
    /// After a probe, no other for this many times the time that it took from live requests.
    private static let pauses = 11
    /// And for at least this many times its whole price, even if most of it was spare time. So few polls are late.
    private static let leastPauses = 5

    /// Live requests between two units that are asked for the first time. Most units are there, so this may be short.
    private static let liveBetweenFirsts = 2

    /// Live requests made before the probe: after them there may be a gap that covers part of it.
    private static let liveBefore = 2

    private var allowedFrom = BootTime(nanoseconds: 0)
    /// Live requests since the last such probe. Starts higher than the length of any round.
    private var liveSince = 1 << 32
    /// Live requests since such a probe was first wanted.
    private var liveSinceWish = 0

    /// Whether a never-asked unit may be probed although there is no gap for it.
    var allowsFirst: Bool { liveSince >= Self.liveBetweenFirsts }

    /// - Parameter live: how many requests one live round has.
    func isAllowed(at now: BootTime, live: Int) -> Bool { now >= allowedFrom && liveSince >= live }

    /// Whether to make the probe now. Up to `liveBefore` due live requests go first.
    ///
    /// - Parameters:
    ///   - price: how long the probe takes.
    ///   - spare: how much of that delays no live request.
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

/// The widest recent gap between live requests.
struct GapWatch {
    /// Half of the time that counts as recent.
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
