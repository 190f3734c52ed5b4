// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothJournal
import BoothModel

/// The platform's word on one event.
package struct Receipt: Sendable, Hashable {
    /// What became of it there.
    package enum Result: Sendable, Hashable {
        /// `accepted` and `duplicate` alike: the platform has it.
        case accepted(ticket: String?)
        /// The platform will never take it, and says why.
        case rejected(reason: String)

        /// The class whose targets the incident is handed to: a rejection with the reason `reroute:CLASS`, and nothing
        /// else.
        package var handover: IncidentClass? {
            guard case .rejected(let reason) = self, reason.hasPrefix("reroute:") else { return nil }
            return IncidentClass(rawValue: String(reason.dropFirst("reroute:".count)))
        }
    }

    package var id: EventID
    package var result: Result

    package init(id: EventID, result: Result) {
        self.id = id
        self.result = result
    }
}

/// How a target stands, as `boothctl status` shows it.
package enum LinkState: Sendable, Hashable {
    /// The last exchange was a good one, or there was none yet.
    case ok
    /// It does not answer, or says that it cannot now; sent again by backoff.
    case retrying(Message)
    /// It or its certificate, its address or its answer is wrong: somebody has to act. Sent again, slowly.
    case refused(Message)
}

/// What a target's thread tells the agent.
package enum UplinkReport: Sendable {
    /// It can send; the answer is a batch, at once or when there is one.
    case ready(TargetID, FetchRequest)
    /// These are on their way.
    case sending(TargetID, [EventID])
    /// These came back: the attempt ended without the platform taking them, and they wait again.
    case returned(TargetID, [EventID])
    /// The receipts of one answer.
    case receipts(TargetID, [Receipt])
    /// The state changed, or came to be known.
    case link(TargetID, LinkState)
    /// The tasks of one answer, in its order, and how far they go; never without a cursor that is new, or a task. The
    /// next ones are asked for once `TaskOrder.taken` has answered this.
    case tasks(TargetID, [ReceivedTask], cursor: String?)
    /// The state of the task channel changed, or came to be known. A target without authority may have no channel: that
    /// is `ok`.
    case taskLink(TargetID, LinkState)
}

/// What the agent tells a target's thread.
package enum UplinkOrder: Sendable {
    /// The batch asked for with `FetchRequest.number`, most urgent first; never empty.
    case batch(number: Int, [QueuedEvent])
    /// A status event as a CloudEvent, sent now and never queued: the newest replaces one that still waits.
    case status(EventID, body: String)
    /// Somebody wants it tried at once; a `Retry-After` stands.
    case retryNow
    /// The thread is to prove that it goes round.
    case prove(Pulse)
    case stop
}
