// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A question that only the journal's file can answer; the reply comes on the journal's thread.
///
/// nil where the disk refuses to say: that is not the same as nothing.
package enum JournalQuery: Sendable {
    /// The newest events, oldest first, each with its key.
    case recentEvents(limit: Int, @Sendable ([(key: Int64, event: CloudEvent)]?) -> Void)
    /// Incidents that are not closed, and with `all` the newest closed ones before them; oldest first.
    case incidents(all: Bool, @Sendable ([Incident]?) -> Void)
    /// One incident, closed or not; an empty list where there is none of that id.
    case incident(EventID, @Sendable ([Incident]?) -> Void)
    /// What happened in a span of time, the second instant not included. The reader gets it a slice at a time, and nobody
    /// else waits for it.
    case history(from: WallTime, to: WallTime, any HistoryReader)
    /// The incident that a recorded event is about; nil for an event that is about none, or is not known, or where the
    /// disk refuses.
    case incidentOfEvent(EventID, @Sendable (EventID?) -> Void)
    /// Whether all that was handed over before this is on disk; at once where the disk refuses.
    case recorded(@Sendable (Bool) -> Void)
    /// Whether the log is what was recorded: all of it, or what came since the last daily report. It is read a slice at a
    /// time. nil where the disk refuses to say.
    case verify(full: Bool, @Sendable (ChainFindings?) -> Void)
    /// What waits for each target and what each refused.
    case queues(limit: Int, @Sendable ([QueueListing]) -> Void)
}
