// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a client asks of the agent; the daemon answers each through its `ControlReplier`.
package enum ControlCall: Sendable, Hashable {
    case status
    case points
    /// One incident, open or closed; or all that are open; or all.
    case incidents(EventID?, all: Bool)
    case queue
    /// The newest events, 100 or more, oldest first.
    case events
}

/// One event as `events` shows it.
package struct RecentEvent: Sendable, Hashable {
    /// Rises with occurrence: `EventID.key`.
    package var key: Int64
    /// The CloudEvent, given to clients as it stands.
    package var json: String

    package init(key: Int64, json: String) {
        self.key = key
        self.json = json
    }
}

/// What the daemon answers.
package enum ControlAnswer: Sendable {
    case status(StatusReply)
    case points(PointsReply)
    case incidents(IncidentsReply)
    case queue(QueueReply)
    /// Oldest first.
    case events([RecentEvent])
    case refused(ControlError)
}
