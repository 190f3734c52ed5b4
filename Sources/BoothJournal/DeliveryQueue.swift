// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One target's queue as the journal's thread knows it beyond the file.
struct DeliveryQueue {
    let target: TargetID
    /// `target.number` of the file.
    let number: Int64
    /// The first six digits of its sequences.
    let generation: Int64
    /// The last count given out; the next event of this target gets the one after it.
    private(set) var lastCount: Int64
    var queued: Int
    var rejected: Int
    /// What the target's thread asked for and has not been given.
    var request: FetchRequest?
    /// Events handed out and not settled, by id: at most what fits in the batches under way.
    private(set) var handedOut: [EventID: HandedOut] = [:]

    struct HandedOut {
        var count: Int64
        let priority: Priority
        /// Times that the target's thread began to send it since this start.
        var attempts = 0
        /// Whether an attempt is under way, or ended with the platform promising receipts.
        var isSent = false
    }

    init(target: TargetID, number: Int64, generation: Int64, tally: (last: Int64, queued: Int, rejected: Int)) {
        self.target = target
        self.number = number
        self.generation = generation
        lastCount = tally.last
        queued = tally.queued
        rejected = tally.rejected
    }

    /// The next count, without gaps.
    mutating func takeCount() -> Int64 {
        lastCount += 1
        return lastCount
    }

    /// Twenty digits that sort as text: the generation and the count.
    func sequence(_ count: Int64) -> String {
        Self.padded(generation, 6) + Self.padded(count, 14)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Makes an event ready to be sent to this target.
    mutating func handOut(_ delivery: JournalStore.Delivery) -> QueuedEvent {
        let first = HandedOut(count: delivery.count, priority: delivery.priority)
        handedOut[delivery.event, default: first].count = delivery.count
        let sequence = sequence(delivery.count)
        return QueuedEvent(
            id: delivery.event, sequence: sequence, priority: delivery.priority,
            body: delivery.json.json(withSequence: sequence))
    }

    mutating func noteAttempt(of event: EventID) {
        handedOut[event]?.attempts += 1
        handedOut[event]?.isSent = true
    }

    mutating func noteReturn(of event: EventID) {
        handedOut[event]?.isSent = false
    }

    /// What is known of an event that was handed out, which is handed out no more; nil for any other.
    mutating func settle(_ event: EventID) -> HandedOut? {
        handedOut.removeValue(forKey: event)
    }
}
