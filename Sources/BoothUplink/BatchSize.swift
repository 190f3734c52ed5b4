// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How many events go into the next request: by what the platform offers, by what it refused, and by time. Pure.
///
/// By time: a batch may take about twice as long as a single event. Whatever else needs the line or the platform waits
/// no longer for it, and little is gained beyond: half of each request's time is then the events' own.
///
/// A refused batch is not kept and cut: the next one is asked for half as large, so that a press that comes meanwhile
/// still goes first. Halving ends at a single event, which is then refused by name.
package struct BatchSize: Sendable {
    /// Most events of a batch, whatever the platform offers: at 16 KiB an event their bodies stay within 1.6 MiB, at
    /// the usual 700 bytes they cross a line of 64 kbit/s within 10 s, and their receipts are far from 1 MiB.
    package static let most = 100

    /// So much longer than a single event a batch may take, however short that one takes.
    package static let leastRoom = Duration.milliseconds(2)
    /// And however long.
    package static let mostRoom = Duration.milliseconds(250)
    /// So many batches in a row have to be slow before the next is smaller: one may have met with bad luck.
    package static let slowInARow = 3

    /// What the next request may carry; 1 until the platform has said `max_batch`.
    package var limit: Int { min(sound, timely) }
    private var offered = 1
    /// What is not known to be refused.
    private var sound = 1
    /// What takes no longer than it may.
    private var timely = most
    /// What each event added to the last batches' time, in nanoseconds.
    private var costs: [Double] = []
    /// The events of the smallest refused batch that have not been settled since.
    private var suspects: Set<EventID> = []
    /// Events settled since then. Suspects stand at the head of the queue: after so many others, those that are left
    /// were taken out of it by somebody else, and would hold the size down for ever.
    private var settledSince = 0

    package init() {}

    /// The platform said how many it takes.
    package mutating func offer(_ maxBatch: Int) {
        let wasWhole = sound == offered
        offered = min(max(1, maxBatch), Self.most)
        if wasWhole || sound > offered { sound = offered }
    }

    /// A batch of these, two or more, was refused as a whole.
    package mutating func refused(_ ids: [EventID]) {
        suspects = Set(ids)
        settledSince = 0
        sound = max(1, ids.count / 2)
    }

    /// These were taken, or refused one by one; once no suspect is left the size doubles again.
    package mutating func settled(_ ids: some Sequence<EventID>) {
        suspects.subtract(ids)
        settledSince += ids.reduce(0) { count, _ in count + 1 }
        if settledSince >= 2 * Self.most { suspects = [] }
        if suspects.isEmpty { sound = min(offered, sound * 2) }
    }

    /// A batch of two or more was answered.
    ///
    /// - Parameters:
    ///   - span: the time that it took.
    ///   - single: the time that one event usually takes.
    package mutating func answered(_ count: Int, in span: Duration, single: Duration) {
        guard count > 1 else { return }
        costs.append(Double(max(span - single, .zero).nanoseconds) / Double(count - 1))
        if costs.count > Self.slowInARow { costs.removeFirst() }
        guard costs.count == Self.slowInARow, let cost = costs.min() else { return }
        let room = Double(min(max(single, Self.leastRoom), Self.mostRoom).nanoseconds)
        // Never less than two: a single event would say nothing of what a batch costs, and the size never grow again.
        timely = max(2, 1 + Int(min(room / max(cost, 1), Double(Self.most))))
    }
}
