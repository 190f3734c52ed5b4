// SPDX-License-Identifier: Apache-2.0

/// Something to record: what happened, when, and whom to tell.
package struct BoothEvent: Sendable, Hashable {
    /// What happened, with the incident as it was right after.
    package enum Content: Sendable, Hashable {
        case raised(Incident)
        case updated(Incident, UpdateReason)
        case restored(Incident, durationSeconds: Int64)
        /// A platform or somebody at the booth ended it.
        case closed(Incident)
        /// A task was carried out or refused.
        case taskDone(TaskRecord)
        /// The report on the day before.
        case dailyReport(BoothReport)
        /// Events for the recipients were lost, or may have been.
        case loss(Loss)
        /// A point's change that stays in the booth.
        case record(PointID, PointState)
    }

    package let id: EventID
    package var content: Content
    /// When it happened. It may have been noticed later.
    package var moment: Moment
    /// The targets whose queues it enters; empty: it stays in the booth.
    package var recipients: [TargetID]

    package init(id: EventID, content: Content, moment: Moment, recipients: [TargetID]) {
        self.id = id
        self.content = content
        self.moment = moment
        self.recipients = recipients
    }

    /// The CloudEvent's `type` for the content.
    package var type: EventType {
        switch content {
        case .raised: .incidentRaised
        case .updated: .incidentUpdated
        case .restored: .incidentRestored
        case .closed: .incidentClosed
        case .taskDone: .taskDone
        case .dailyReport: .dailyReport
        case .loss: .loss
        case .record: .record
        }
    }

    /// The incident it is about.
    package var incident: Incident? {
        switch content {
        case .raised(let incident), .updated(let incident, _), .restored(let incident, _), .closed(let incident):
            incident
        case .loss, .record, .taskDone, .dailyReport: nil
        }
    }

    /// A loss has the priority of help, because a call for help may be lost. A reminder to close an accepted incident
    /// is routine, so that it never delays a call for help.
    package var priority: Priority {
        if case .updated(let incident, .escalated) = content, incident.accepted != nil { return .routine }
        return type == .loss ? .help : incident?.priority ?? .routine
    }
}

/// Why an incident was updated.
package enum UpdateReason: String, Sendable, Codable, CaseIterable {
    /// Its input became active again.
    case `repeat`
    /// Nobody accepted it in time, or nobody closed it.
    case escalated
    case accepted
    case dispatched
    case handled
    /// It has another class now.
    case reclassified
    /// Somebody at the booth has seen it.
    case acknowledged
}
