// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Which presses were tried, and which wait for a press under way. Told the time; pure.
struct Presses {
    /// How long a press waits for the answer to an earlier one before it is sent without that answer. A press of the
    /// same incident waits longer. So presses arrive in order unless the line is slow.
    private static let yield = Duration.milliseconds(200)
    /// The most shipments with presses at the same time.
    private static let most = 2
    /// Older than any real id.
    static let none = EventID(key: 0, random: 0)

    /// The newest press that was tried since the last receipts: only a newer press may end a wait.
    private(set) var newest: EventID?
    /// The newest press that made an earlier event of its incident be retried early: only a newer press may do so
    /// again.
    private var newestBreaker = none
    /// Presses that wait for a shipment under way; they are asked for again when it has ended.
    private(set) var waiting: Set<EventID> = []

    /// Whether the press was not tried since the last receipts.
    func isNew(_ press: EventID) -> Bool { press > newest ?? Self.none }

    /// Marks all waiting presses as tried, sent or not. So a backlog of presses causes one attempt and not one for
    /// each.
    mutating func noteTried(_ presses: [QueuedEvent]) {
        newest = max(newest ?? Self.none, presses.lazy.map(\.id).max() ?? Self.none)
    }

    /// Receipts came: any press may end the next wait.
    mutating func noteReceipts() { newest = nil }

    /// Whether `press` may make an earlier event of its incident be retried early; true only once for each press.
    mutating func mayBreakOrder(_ press: EventID) -> Bool {
        guard press > newestBreaker else { return false }
        newestBreaker = press
        return true
    }

    /// Keeps back presses of an incident that has an event in one of the flights.
    ///
    /// - Returns: the other presses.
    mutating func free(_ presses: [QueuedEvent], beside flights: [Flight]) -> [QueuedEvent] {
        let free = presses.filter { press in !flights.contains { $0.comesBefore(press) } }
        waiting.formUnion(Set(presses.map(\.id)).subtracting(free.map(\.id)))
        return free
    }

    /// A flight has ended: presses that waited may be asked for again.
    mutating func releaseWaiting() { waiting = [] }

    /// Whether another press may be sent beside those under way.
    static func mayJoin(_ flights: [Flight], at now: BootTime) -> Bool {
        flights.count < most && flights.allSatisfy { now >= yields($0) }
    }

    /// The time after which the next press is sent even if this one has no answer.
    static func yields(_ flight: Flight) -> BootTime { flight.shipment.began + yield }
}
