// SPDX-License-Identifier: Apache-2.0

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
    /// next ones are asked for once `UplinkOrder.tasksKept` has answered this.
    case tasks(TargetID, [ReceivedTask], cursor: String?)
    /// The state of the task channel changed, or came to be known. A target without authority may have no channel: that
    /// is `ok`.
    case taskLink(TargetID, LinkState)
}
