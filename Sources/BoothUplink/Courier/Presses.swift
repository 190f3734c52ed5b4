// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Which presses were tried, and which wait for one that is under way. Told the time; pure.
struct Presses {
    /// A press waits so long for the answer to an earlier one, and goes after it without; longer for one that may be of
    /// the same incident. Presses then arrive in their order unless the line is slow.
    private static let yield = Duration.milliseconds(200)
    /// Shipments with presses at the same time.
    private static let most = 2
    /// Older than any.
    static let none = EventID(key: 0, random: 0)

    /// The newest press that was tried since the last receipts: only newer ones break a wait.
    private(set) var newest: EventID?
    /// The newest press that had an earlier event of its incident tried again before its time: only newer ones do.
    private var newestBreaker = none
    /// Those that wait for the one under way: asked for again when that has ended.
    private(set) var waiting: Set<EventID> = []

    /// Whether it was not tried since the last receipts.
    func isNew(_ press: EventID) -> Bool { press > newest ?? Self.none }

    /// These are tried now, or wait for what is: all that are there count, so that a backlog of presses makes one attempt
    /// and not one each.
    mutating func noteTried(_ presses: [QueuedEvent]) {
        newest = max(newest ?? Self.none, presses.lazy.map(\.id).max() ?? Self.none)
    }

    /// Receipts came: each press may break the next wait.
    mutating func noteReceipts() { newest = nil }

    /// Whether `press` may have an earlier event of its incident tried again before its time; once for each.
    mutating func mayBreakOrder(_ press: EventID) -> Bool {
        guard press > newestBreaker else { return false }
        newestBreaker = press
        return true
    }

    /// Keeps those back that tell of an incident that a flight tells of.
    ///
    /// - Returns: the others.
    mutating func free(_ presses: [QueuedEvent], beside flights: [Flight]) -> [QueuedEvent] {
        let free = presses.filter { press in !flights.contains { $0.comesBefore(press) } }
        waiting.formUnion(Set(presses.map(\.id)).subtracting(free.map(\.id)))
        return free
    }

    /// A flight has ended: what waited may be asked for again.
    mutating func releaseWaiting() { waiting = [] }

    /// Whether another press may be sent beside those under way.
    static func mayJoin(_ flights: [Flight], at now: BootTime) -> Bool {
        flights.count < most && flights.allSatisfy { now >= yields($0) }
    }

    /// When the next press goes although this one has no answer.
    static func yields(_ flight: Flight) -> BootTime { flight.shipment.began + yield }
}
