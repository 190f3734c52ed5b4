// SPDX-License-Identifier: Apache-2.0

/// One step of the booth's history: written whole or not at all.
package struct JournalEntry: Sendable, Hashable {
    /// An event for the append-only log, and whose queue it enters.
    package struct Event: Sendable, Hashable {
        package var id: EventID
        /// The value of an `EventType`, or a type that only another version knows.
        package var type: String
        package var priority: Priority
        package var event: CloudEvent
        package var recipients: [TargetID]
        /// The incident that the event is about; nil: none.
        package var incident: EventID?

        package init(
            id: EventID, type: EventType, priority: Priority, event: CloudEvent, recipients: [TargetID],
            incident: EventID? = nil
        ) {
            self.incident = incident
            self.id = id
            self.type = type.rawValue
            self.priority = priority
            self.event = event
            self.recipients = recipients
        }
    }

    /// A target's final answer for an event. The event leaves that target's queue.
    package struct Settlement: Sendable, Hashable {
        package enum Outcome: Sendable, Hashable {
            case accepted
            case rejected(reason: String)
        }

        package var target: TargetID
        package var event: EventID
        package var outcome: Outcome

        package init(target: TargetID, event: EventID, outcome: Outcome) {
            self.target = target
            self.event = event
            self.outcome = outcome
        }
    }

    package var events: [Event]
    /// Changed incidents, complete.
    package var incidents: [Incident]
    /// Changed points, complete.
    package var points: [PointMemory]
    package var settlements: [Settlement]
    /// The booth's memory, if it changed; the last one of a commit counts.
    package var memory: BoothMemory?
    /// The results of tasks. A result replaces the one that was kept for the same target and id.
    package var tasks: [TaskRecord]
    /// Whether it needs no sync of its own. After a power cut, the next reading or a repeated receipt brings the same
    /// again.
    package var canBeToldAgain: Bool
    /// Whether it is only shown and never written. A restart does not know it.
    package var isTransient: Bool
    /// Whether its events tell their recipients what they lost. Then the journal need not report that loss again.
    package var tellsOfLoss: Bool

    package init(
        events: [Event] = [], incidents: [Incident] = [], points: [PointMemory] = [], settlements: [Settlement] = [],
        memory: BoothMemory? = nil, tasks: [TaskRecord] = [],
        canBeToldAgain: Bool = false, isTransient: Bool = false, tellsOfLoss: Bool = false
    ) {
        self.events = events
        self.incidents = incidents
        self.points = points
        self.settlements = settlements
        self.memory = memory
        self.tasks = tasks
        self.canBeToldAgain = canBeToldAgain
        self.isTransient = isTransient
        self.tellsOfLoss = tellsOfLoss
    }
}
