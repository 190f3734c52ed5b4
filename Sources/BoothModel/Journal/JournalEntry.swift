// SPDX-License-Identifier: Apache-2.0

/// One step of the booth's history: written whole or not at all.
package struct JournalEntry: Sendable, Hashable {
    /// An event for the append-only log, and whose queue it enters.
    package struct Event: Sendable, Hashable {
        package var id: EventID
        package var type: EventType
        package var priority: Priority
        package var event: CloudEvent
        package var recipients: [TargetID]
        /// The incident that it is about; nil: none.
        package var incident: EventID?

        package init(
            id: EventID, type: EventType, priority: Priority, event: CloudEvent, recipients: [TargetID],
            incident: EventID? = nil
        ) {
            self.incident = incident
            self.id = id
            self.type = type
            self.priority = priority
            self.event = event
            self.recipients = recipients
        }
    }

    /// A target's final word on an event: it leaves that target's queue.
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
    /// Incidents as they stand now, whole.
    package var incidents: [Incident]
    /// Points as they stand now, whole.
    package var points: [PointMemory]
    package var settlements: [Settlement]
    /// What is remembered of the booth as a whole, where that changed; the last one of a commit counts.
    package var memory: BoothMemory?
    /// What became of tasks; one that is here again, by target and id, takes the place of what was kept.
    package var tasks: [TaskRecord]
    /// Whether it waits for no sync of its own: what it says would be learnt again after a power cut, from the next
    /// reading or a repeated receipt.
    package var canBeToldAgain: Bool
    /// Whether it is shown and never written: a restart knows nothing of it.
    package var isTransient: Bool
    /// Whether its events tell their recipients of what they lost, so that it need not be told again.
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
