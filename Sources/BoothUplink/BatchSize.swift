// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How many events go into the next request. Pure.
///
/// A refused batch is not kept and cut: the next one is asked for half as large, so that a press that comes meanwhile
/// still goes first. Halving ends at a single event, which is then refused by name.
package struct BatchSize: Sendable {
    /// Most events of a batch, whatever the platform offers: at 16 KiB an event their bodies stay within 1.6 MiB, at
    /// the usual 700 bytes they cross a line of 64 kbit/s within 10 s, and their receipts are far from 1 MiB.
    package static let most = 100

    /// What the next request may carry; 1 until the platform has said `max_batch`.
    package private(set) var limit = 1
    private var offered = 1
    /// The events of the smallest refused batch that have not been settled since.
    private var suspects: Set<EventID> = []
    /// Events settled since then. Suspects stand at the head of the queue: after so many others, those that are left
    /// were taken out of it by somebody else, and would hold the size down for ever.
    private var settledSince = 0

    package init() {}

    /// The platform said how many it takes.
    package mutating func offer(_ maxBatch: Int) {
        let wasWhole = limit == offered
        offered = min(max(1, maxBatch), Self.most)
        if wasWhole || limit > offered { limit = offered }
    }

    /// A batch of these, two or more, was refused as a whole.
    package mutating func refused(_ ids: [EventID]) {
        suspects = Set(ids)
        settledSince = 0
        limit = max(1, ids.count / 2)
    }

    /// These were taken, or refused one by one; once no suspect is left the size doubles again.
    package mutating func settled(_ ids: some Sequence<EventID>) {
        suspects.subtract(ids)
        settledSince += ids.reduce(0) { count, _ in count + 1 }
        if settledSince >= 2 * Self.most { suspects = [] }
        if suspects.isEmpty { limit = min(offered, limit * 2) }
    }
}
