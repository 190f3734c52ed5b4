// SPDX-License-Identifier: Apache-2.0

/// What a target's thread reports to the agent.
package enum UplinkReport: Sendable {
    /// The target can send. The answer is a batch, at once or when there is one.
    case ready(TargetID, FetchRequest)
    /// The target has started to send these events.
    case sending(TargetID, [EventID])
    /// The attempt ended, and the platform did not take these events. They are queued again.
    case returned(TargetID, [EventID])
    /// The receipts of one answer.
    case receipts(TargetID, [Receipt])
    /// The state of the link changed, or is known for the first time.
    case link(TargetID, LinkState)
    /// The tasks of one answer in its order, and the cursor after them. Sent only with a task or a new cursor. The next
    /// poll waits until `UplinkOrder.tasksKept` has answered this.
    case tasks(TargetID, [ReceivedTask], cursor: String?)
    /// The state of the task channel changed, or is known for the first time. A target without authority may have no
    /// channel: that is `ok`.
    case taskLink(TargetID, LinkState)
}
