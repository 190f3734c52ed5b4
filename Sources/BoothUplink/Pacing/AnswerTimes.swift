// SPDX-License-Identifier: Apache-2.0

/// How long a target's answers take, and from when on one is missing. Pure.
struct AnswerTimes {
    /// So long an ordinary answer may take, at the least, before a press that was answered meanwhile shows that its
    /// connection is dead: it is cut, and sent again.
    static let patience = Duration.seconds(1)
    /// Where an answer usually takes longer, a second connection is kept open all the time: to make one takes three
    /// times as long as that.
    static let slow = Duration.milliseconds(200)

    /// Of single events and statuses.
    private var trip = RoundTrip()
    /// Of everything but presses.
    private var ordinaryTrip = RoundTrip()
    /// Ordinary shipments cut in a row: each has twice the time of the one before, or a slow platform would never get
    /// to the end of one.
    private var cuts = 0

    /// So long the answer to a press may take.
    var pressPatience: Duration { trip.patience }
    /// So long the answer to an ordinary shipment may take.
    var ordinaryPatience: Duration { max(Self.patience, (ordinaryTrip.usual ?? .zero) * 2) * (1 << cuts) }
    /// Whether a new connection would take long.
    var areSlow: Bool { trip.usual.map { $0 > Self.slow } ?? false }

    /// An answer took so long.
    ///
    /// - Parameter count: of its events; 0 for a status.
    mutating func measured(_ span: Duration, count: Int, isPress: Bool) {
        if !isPress {
            ordinaryTrip.measured(span)
            cuts = 0
        }
        if count < 2 { trip.measured(span) }
    }

    /// An ordinary shipment was cut.
    mutating func noteCut() { cuts = min(cuts + 1, 6) }
}
