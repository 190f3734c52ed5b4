// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What is not let through to the platform: it is kept, and others go on.
extension Courier {
    /// - Parameter isLasting: whether an operator has to act; otherwise it may pass soon.
    mutating func keep(_ flight: Flight, _ message: Message, isLasting: Bool, at now: BootTime) {
        set(.refused(message))
        let strikes = flight.events.count == 1 ? blocked.insert(flight.events[0].id, message) : 1
        // An event that is disliked itself closes the way to nobody else.
        if strikes == 1 {
            isLasting ? backoff.refused(at: now, using: &random) : backoff.failed(at: now, using: &random)
        }
        switch flight.events.count {
        case 0: break
        case 1:
            let patience = strikes == 1 ? target.retryFirst : min(target.retryMost, target.retryFirst * (1 << strikes))
            held.holdInOrder(flight.events, until: max(now, backoff.opens ?? now) + patience)
        // One of them may be disliked.
        default: size.refused(flight.ids)
        }
    }

    /// The platform answered, and has these events now. While another is still not let through, the link is not well.
    mutating func notePassing(of ids: [EventID]) {
        blocked.remove(ids)
        held.release(blocked.release())
        set(blocked.message.map { .refused($0) } ?? .ok)
    }
}
