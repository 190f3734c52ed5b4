// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// Orders to a target's thread.
package enum UplinkOrder: Sendable {
    /// The batch requested by `FetchRequest.number`, most urgent first; never empty.
    case batch(number: Int, [QueuedEvent])
    /// A status event as a CloudEvent. It is sent when possible and never queued; a newer one replaces one that waits.
    case status(EventID, body: String)
    /// An operator wants a retry now; a `Retry-After` stays in force.
    case retryNow
    /// Begin to ask for tasks; given once. `after`: the cursor in the journal; nil: no tasks were received yet.
    case startTasks(after: String?)
    /// The last `UplinkReport.tasks` is recorded, or held in memory if the disk fails: more tasks may come.
    case tasksKept
    /// Asks the thread for a sign of life.
    case prove(Pulse)
    case stop
}
