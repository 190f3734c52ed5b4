// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Events that are not to be sent again for a while, because their receipts are on the way. Told the time; pure.
///
/// They stay in the journal's queue; a receipt that comes as a task takes them out there, and their deadline here.
package struct HeldEvents: Sendable {
    /// Most that are held. At this many only what is urgent is still sent, until the first deadlines pass: a platform
    /// that takes everything and gives no receipt gets no more than so many in a `receipt-wait`.
    package static let most = 1000

    private var deadlines: [EventID: BootTime] = [:]

    /// None is held.
    package init() {}

    /// Those that must not be sent now.
    package var ids: Set<EventID> { Set(deadlines.keys) }
    /// Whether only what is urgent may be added.
    package var isFull: Bool { deadlines.count >= Self.most }
    /// Whether not even what is urgent may be added.
    package var isExhausted: Bool { deadlines.count >= 2 * Self.most }
    /// When the first may be sent again; nil where none is held.
    package var nextDeadline: BootTime? { deadlines.values.min() }

    /// Holds these, or holds them anew, until `deadline`; the caller looks at `isFull` and `isExhausted` first.
    package mutating func hold(_ held: some Sequence<EventID>, until deadline: BootTime) {
        for id in held { deadlines[id] = deadline }
    }

    /// Forgets those whose deadline has passed.
    package mutating func expire(at now: BootTime) {
        guard let nextDeadline, nextDeadline <= now else { return }
        deadlines = deadlines.filter { $0.value > now }
    }

    /// Whether it is held; also after its deadline, until `expire` is told the time.
    package func contains(_ id: EventID) -> Bool { deadlines[id] != nil }
}
