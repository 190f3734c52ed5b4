// SPDX-License-Identifier: Apache-2.0

/// How long a target's answers take, and after what time an answer is missing. Pure.
struct AnswerTimes {
    /// The least time for an ordinary answer. After that, if a later press was answered first, the connection counts as
    /// dead: the shipment is cancelled and sent again.
    static let patience = Duration.seconds(1)
    /// If answers usually take longer than this, a second connection is always kept open, because opening one takes
    /// three times as long.
    static let slow = Duration.milliseconds(200)

    /// Times of single events and statuses.
    private var trip = RoundTrip()
    /// Times of everything except presses.
    private var ordinaryTrip = RoundTrip()
    /// How many ordinary shipments in a row were cancelled. Each one gets twice the time of the one before, so that a
    /// slow platform can finish at last.
    private var cuts = 0

    /// How long the answer to a press may take.
    var pressPatience: Duration { trip.patience }
    /// How long the answer to an ordinary shipment may take.
    var ordinaryPatience: Duration { max(Self.patience, (ordinaryTrip.usual ?? .zero) * 2) * (1 << cuts) }
    /// Whether opening a connection takes long.
    var areSlow: Bool { trip.usual.map { $0 > Self.slow } ?? false }

    /// Records how long an answer took.
    ///
    /// - Parameter count: number of events; 0 for a status.
    mutating func measured(_ span: Duration, count: Int, isPress: Bool) {
        if !isPress {
            ordinaryTrip.measured(span)
            cuts = 0
        }
        if count < 2 { trip.measured(span) }
    }

    mutating func noteCut() { cuts = min(cuts + 1, 6) }
}
