// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a platform's answer means for a shipment; the same for every transport.
package enum Verdict: Sendable, Hashable {
    /// At least one receipt for an event of the shipment. Events without a receipt stay queued.
    case receipts([Receipt], maxBatch: Int?)
    /// An answer in the right form, but without a receipt for the shipment.
    case silent(maxBatch: Int?)
    /// Accepted but not processed: the receipts come later.
    case promised
    /// The content is refused: a single event is rejected with `reason`, a batch is halved.
    case unacceptable(reason: String)
    /// Something before the platform does not let this shipment through. Its events are kept and sent again; others may
    /// pass. The message says what is wrong.
    case blocked(Message)
    /// The platform cannot accept now: send the same again later.
    case later(Setback)
    /// Wrong platform, certificate or address: the events are kept, and an operator has to act. The message says what
    /// is wrong.
    case refused(Message)
}

/// Why the platform cannot accept now.
package struct Setback: Sendable, Hashable {
    /// The cause, as far as it is known.
    package enum Cause: Sendable, Hashable {
        /// There was no answer within the target's `timeout`.
        case timedOut
        /// The connection was cut, for example by a gateway that limits the time of a request.
        case cutOff
        case other
    }

    /// For people: who, what is wrong, the next step.
    package var message: Message
    package var cause: Cause
    /// How long the platform wants a pause; nil: it did not say.
    package var hold: Duration?

    package init(_ message: Message, cause: Cause = .other, hold: Duration? = nil) {
        self.message = message
        self.cause = cause
        self.hold = hold
    }
}
