// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A query that only the journal's file can answer; the reply comes on the journal's thread.
///
/// nil means that the disk failed; it does not mean that there is nothing.
package enum JournalQuery: Sendable {
    /// The newest events, oldest first, each with its key.
    case recentEvents(limit: Int, @Sendable ([(key: Int64, event: CloudEvent)]?) -> Void)
    /// Incidents that are not closed; with `all`, also the newest closed ones. Oldest first.
    case incidents(all: Bool, @Sendable ([Incident]?) -> Void)
    /// One incident, open or closed; an empty list if there is none with that id.
    case incident(EventID, @Sendable ([Incident]?) -> Void)
    /// The history of a time span; `to` is excluded. The reader gets it slice by slice, and nobody else waits for it.
    case history(from: WallTime, to: WallTime, any HistoryReader)
    /// The incident of a recorded event; nil if the event has no incident or is not known, or if the disk failed.
    case incidentOfEvent(EventID, @Sendable (EventID?) -> Void)
    /// Whether all entries handed over before this query are on disk; answered at once even if the disk fails.
    case recorded(@Sendable (Bool) -> Void)
    /// Verifies the chain: all of it, or the part since the last daily report. It is read slice by slice. nil if the
    /// disk failed.
    case verify(full: Bool, @Sendable (ChainFindings?) -> Void)
    /// The queued events of each target, and the events that it refused.
    case queues(limit: Int, @Sendable ([QueueListing]) -> Void)
}
