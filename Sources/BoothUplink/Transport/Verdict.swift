// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a platform's answer means for what was sent. The same for every transport.
package enum Verdict: Sendable, Hashable {
    /// These receipts count; an event that none of them names stays queued. Never without any that was asked for.
    case receipts([Receipt], maxBatch: Int?)
    /// The platform's own form of answer, but no word on what was asked.
    case silent(maxBatch: Int?)
    /// Taken, not processed: the receipts come later.
    case promised
    /// A word on the content: a single event is rejected with `reason`, a batch halved.
    case unacceptable(reason: String)
    /// It cannot now: the same again, later.
    case later(Setback)
    /// Not our platform, or not our certificate, or not our place: kept, and somebody has to act. Says what is wrong.
    case refused(Message)
}

/// Why it cannot be now.
package struct Setback: Sendable, Hashable {
    /// What is known of how it came about.
    package enum Cause: Sendable, Hashable {
        /// There was no answer within the target's `timeout`.
        case timedOut
        /// It ended on the way, as a gateway ends what lasts too long for it.
        case cutOff
        case other
    }

    /// For people: who, what is wrong, the next step.
    package var message: Message
    package var cause: Cause
    /// How long the platform wants to be left alone; nil: it did not say.
    package var hold: Duration?

    package init(_ message: Message, cause: Cause = .other, hold: Duration? = nil) {
        self.message = message
        self.cause = cause
        self.hold = hold
    }
}
