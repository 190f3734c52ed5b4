// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How many events the next request carries: limited by what the platform offers, what it refused, and time. Pure.
///
/// Time: a batch may take about twice as long as a single event. So other requests do not wait long for the line or the
/// platform. Larger batches gain little, because half of the time is then already spent on the events themselves.
///
/// A refused batch is not split. Instead the next batch is asked for with half the size, so that a new press still goes
/// first. Halving ends at a single event, which is then rejected by its id.
package struct BatchSize: Sendable {
    /// The most events of a batch, whatever the platform offers. At 16 KiB each, their bodies stay within 1.6 MiB. At
    /// the usual 700 bytes they cross a line of 64 kbit/s within 10 s. Their receipts stay far below 1 MiB.
    package static let most = 100

    /// A batch may always take this much longer than a single event.
    package static let leastRoom = Duration.milliseconds(2)
    /// A batch may never take longer than a single event by more than this.
    package static let mostRoom = Duration.milliseconds(250)
    /// The most events of the next request; 1 until the platform has sent `max_batch`.
    package var limit: Int { min(sound, timely) }
    private var offered = 1
    /// The largest size that is not known to be refused.
    private var sound = 1
    /// The largest size that is fast enough.
    private var timely = most
    private var times = RequestTimes()
    /// The events of the smallest refused batch that were not judged since.
    private var suspects: Set<EventID> = []
    /// How many events were judged since then. Suspects are at the head of the queue. If many others were judged and
    /// some suspects were not, an operator has removed these from the queue. They must not limit the size for ever.
    private var judgedSince = 0

    package init() {}

    /// The platform offered `max_batch`.
    package mutating func offer(_ maxBatch: Int) {
        let wasWhole = sound == offered
        offered = min(max(1, maxBatch), Self.most)
        if wasWhole || sound > offered { sound = offered }
    }

    /// A batch of these two or more events was refused as a whole.
    package mutating func refused(_ ids: [EventID]) {
        suspects = Set(ids)
        judgedSince = 0
        sound = max(1, ids.count / 2)
    }

    /// These events were accepted or rejected one by one. If no suspect is left, the size doubles again.
    package mutating func judged(_ ids: some Sequence<EventID>) {
        suspects.subtract(ids)
        judgedSince += ids.reduce(0) { count, _ in count + 1 }
        if judgedSince >= 2 * Self.most { suspects = [] }
        if suspects.isEmpty { sound = min(offered, sound * 2) }
    }

    /// Records that a request with `count` events was answered after `span`, on an open connection.
    package mutating func answered(_ count: Int, in span: Duration) {
        times.add(Double(span.nanoseconds), for: Double(max(count, 1)), leeway: Double(Self.leastRoom.nanoseconds))
        guard let line = times.line else { return }
        let (least, most) = (Double(Self.leastRoom.nanoseconds), Double(Self.mostRoom.nanoseconds))
        let room = min(max(line.base + line.cost, least), most)
        // At least two: with single events only, the cost of a batch stays unknown, and the size would never grow
        // again.
        timely = max(2, 1 + Int(min(room / max(line.cost, 1), Double(Self.most))))
    }
}

/// The base time of a request and the extra time for each event: a straight line through the last answers by least
/// squares; older answers count less. Nanoseconds.
private struct RequestTimes {
    private static let fading = 0.9

    private var weight = 0.0
    private var (counts, spans, squares, products) = (0.0, 0.0, 0.0, 0.0)
    private(set) var line: (base: Double, cost: Double)?

    /// - Parameter leeway: an answer is capped at four times the expected time plus this, because it may be an
    ///   accident. If it was none, the next answers show it again.
    mutating func add(_ span: Double, for count: Double, leeway: Double) {
        let span = line.map { min(span, max($0.base + $0.cost * count, 0) * 4 + leeway) } ?? span
        weight = weight * Self.fading + 1
        counts = counts * Self.fading + count
        spans = spans * Self.fading + span
        squares = squares * Self.fading + count * count
        products = products * Self.fading + count * span
        let spread = weight * squares - counts * counts
        // Requests of nearly equal size say little about other sizes: keep the old line.
        guard spread > 0, spread * 16 >= counts * counts else { return }
        let cost = (weight * products - counts * spans) / spread
        line = ((spans - cost * counts) / weight, cost)
    }
}
