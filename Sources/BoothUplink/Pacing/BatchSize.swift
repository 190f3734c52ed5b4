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
    /// What the next request may carry; 1 until the platform has said `max_batch`.
    package var limit: Int { min(sound, timely) }
    private var offered = 1
    /// What is not known to be refused.
    private var sound = 1
    /// What takes no longer than it may.
    private var timely = most
    private var times = RequestTimes()
    /// The events of the smallest refused batch that have not been judged since.
    private var suspects: Set<EventID> = []
    /// Events judged since then. Suspects stand at the head of the queue: after so many others, those that are left
    /// were taken out of it by somebody else, and would hold the size down for ever.
    private var judgedSince = 0

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
        judgedSince = 0
        sound = max(1, ids.count / 2)
    }

    /// These were taken, or refused one by one; once no suspect is left the size doubles again.
    package mutating func judged(_ ids: some Sequence<EventID>) {
        suspects.subtract(ids)
        judgedSince += ids.reduce(0) { count, _ in count + 1 }
        if judgedSince >= 2 * Self.most { suspects = [] }
        if suspects.isEmpty { sound = min(offered, sound * 2) }
    }

    /// A request with so many events was answered, after so long on an open connection.
    package mutating func answered(_ count: Int, in span: Duration) {
        times.add(Double(span.nanoseconds), for: Double(max(count, 1)), leeway: Double(Self.leastRoom.nanoseconds))
        guard let line = times.line else { return }
        let (least, most) = (Double(Self.leastRoom.nanoseconds), Double(Self.mostRoom.nanoseconds))
        let room = min(max(line.base + line.cost, least), most)
        // Never less than two: a single event would say nothing of what a batch costs, and the size never grow again.
        timely = max(2, 1 + Int(min(room / max(line.cost, 1), Double(Self.most))))
    }
}

/// What a request takes by itself and what each of its events adds: a straight line through the last answers, by least
/// squares, each answer counting a little less than the next. Nanoseconds.
private struct RequestTimes {
    private static let fading = 0.9

    private var weight = 0.0
    private var (counts, spans, squares, products) = (0.0, 0.0, 0.0, 0.0)
    private(set) var line: (base: Double, cost: Double)?

    /// - Parameter leeway: beyond four times what was to be expected and so much more, one answer met with bad luck. If
    ///   it did not, the next ones will say so too.
    mutating func add(_ span: Double, for count: Double, leeway: Double) {
        let span = line.map { min(span, max($0.base + $0.cost * count, 0) * 4 + leeway) } ?? span
        weight = weight * Self.fading + 1
        counts = counts * Self.fading + count
        spans = spans * Self.fading + span
        squares = squares * Self.fading + count * count
        products = products * Self.fading + count * span
        let spread = weight * squares - counts * counts
        // Requests of about one size say little of the others: what was known goes on.
        guard spread > 0, spread * 16 >= counts * counts else { return }
        let cost = (weight * products - counts * spans) / spread
        line = ((spans - cost * counts) / weight, cost)
    }
}
