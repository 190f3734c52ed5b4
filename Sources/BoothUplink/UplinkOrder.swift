// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// What the agent tells a target's thread.
package enum UplinkOrder: Sendable {
    /// The batch asked for with `FetchRequest.number`, most urgent first; never empty.
    case batch(number: Int, [QueuedEvent])
    /// A status event as a CloudEvent, sent now and never queued: the newest replaces one that still waits.
    case status(EventID, body: String)
    /// Somebody wants it tried at once; a `Retry-After` stands.
    case retryNow
    /// Tasks are to be asked for from now on; once. `after`: how far the journal knows them to be taken; nil: nothing was.
    case startTasks(after: String?)
    /// The last `UplinkReport.tasks` is kept as well as it can be: the next ones may come.
    case tasksKept
    /// The thread is to prove that it goes round.
    case prove(Pulse)
    case stop
}
