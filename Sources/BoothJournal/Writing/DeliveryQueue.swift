// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The state of one target's queue that the journal's thread holds in memory.
struct DeliveryQueue {
    let target: TargetID
    /// `target.number` in the file; nil until a file was opened.
    var number: Int64?
    /// The last count given in this generation; the target's next event gets the next count.
    var lastCount: Int64 = 0
    var queued = 0
    var rejected = 0
    /// All events up to this number were answered.
    var settledThrough: Int64 = 0
    /// The open request of the target's thread.
    var request: FetchRequest?
    /// Events that were handed out and not settled, by id: at most those in the batches under way.
    private(set) var handedOut: [EventID: HandedOut] = [:]

    struct HandedOut {
        /// How often the target's thread began to send it since this start.
        var attempts = 0
        /// Whether an attempt is under way, or ended with a promise of receipts.
        var isSent = false
    }

    init(target: TargetID) {
        self.target = target
    }

    /// The next count; counts have no gaps.
    mutating func takeCount() -> Int64 {
        lastCount += 1
        return lastCount
    }

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

    /// Forgets a handed-out event.
    ///
    /// - Returns: whether it was handed out.
    mutating func settle(_ event: EventID) -> Bool {
        handedOut.removeValue(forKey: event) != nil
    }
}
