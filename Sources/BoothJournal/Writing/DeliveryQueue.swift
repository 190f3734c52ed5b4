// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One target's queue as the journal's thread knows it beyond the file.
struct DeliveryQueue {
    let target: TargetID
    /// `target.number` of the file; nil while none was opened.
    var number: Int64?
    /// The last count given out in this generation; the next event of this target gets the one after it.
    var lastCount: Int64 = 0
    var queued = 0
    var rejected = 0
    /// All events up to this number were answered.
    var settledThrough: Int64 = 0
    /// What the target's thread asked for and has not been given.
    var request: FetchRequest?
    /// Events handed out and not settled, by id: at most what fits in the batches under way.
    private(set) var handedOut: [EventID: HandedOut] = [:]

    struct HandedOut {
        /// Times that the target's thread began to send it since this start.
        var attempts = 0
        /// Whether an attempt is under way, or ended with the platform promising receipts.
        var isSent = false
    }

    init(target: TargetID) {
        self.target = target
    }

    /// The next count, without gaps.
    mutating func takeCount() -> Int64 {
        lastCount += 1
        return lastCount
    }

    /// Makes an event ready to be sent to this target.
    mutating func handOut(_ delivery: JournalStore.Delivery) -> QueuedEvent {
        if handedOut[delivery.event] == nil { handedOut[delivery.event] = HandedOut() }
        let sequence = delivery.sequence.text
        return QueuedEvent(
            id: delivery.event, sequence: sequence, priority: delivery.priority,
            body: delivery.json.json(withSequence: sequence), incident: delivery.incident?.key)
    }

    mutating func noteAttempt(of event: EventID) {
        handedOut[event]?.attempts += 1
        handedOut[event]?.isSent = true
    }

    mutating func noteReturn(of event: EventID) {
        handedOut[event]?.isSent = false
    }

    /// It is handed out no more.
    ///
    /// - Returns: whether it was.
    mutating func settle(_ event: EventID) -> Bool {
        handedOut.removeValue(forKey: event) != nil
    }
}
