// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One step of the booth's history: written whole or not at all.
package struct JournalEntry: Sendable, Hashable {
    /// An event for the append-only log, and whose queue it enters.
    package struct Event: Sendable, Hashable {
        package var id: EventID
        package var priority: Priority
        package var event: CloudEvent
        package var recipients: [TargetID]
        /// The incident that it is about; nil: none.
        package var incident: EventID?

        package init(
            id: EventID, priority: Priority, event: CloudEvent, recipients: [TargetID], incident: EventID? = nil
        ) {
            self.incident = incident
            self.id = id
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

/// What the journal tells the agent, from the journal's thread.
package enum JournalReport: Sendable {
    /// These are on disk and synced.
    case recorded([JournalEntry.Event])
    /// The answer to a `FetchRequest`.
    case batch(TargetID, number: Int, [QueuedEvent])
    /// Something of it changed.
    case status(JournalStatus)
    /// What the file remembers, once it could be opened: late, where the agent went into service without it.
    case contents(JournalContents)
    /// The file had to be begun anew while the agent ran, and has what could be read out of the old one: whatever the agent
    /// knows is to be recorded again.
    case renewed(JournalContents)
    /// What these targets lost, to be told each of them by an event.
    case lost([TargetID: Loss])
}

/// How the disk serves the journal.
package enum StorageState: Sendable, Hashable {
    case ok
    /// The disk or `[storage] limit` is full: entries are held in memory and sent from there.
    case full(Message)
    /// The disk refuses: as above.
    case fault(Message)

    /// Whether both are well, full or failing, whatever their words.
    package func isSameKind(as other: StorageState) -> Bool {
        switch (self, other) {
        case (.ok, .ok), (.full, .full), (.fault, .fault): true
        default: false
        }
    }

    /// What to tell people; nil while all is well.
    package var message: Message? {
        switch self {
        case .ok: nil
        case .full(let message), .fault(let message): message
        }
    }
}

/// The journal at a glance, for `status`.
package struct JournalStatus: Sendable, Hashable {
    package struct Queue: Sendable, Hashable {
        package var target: TargetID
        package var queued: Int
        package var rejected: Int
    }

    package var storage: StorageState
    /// Bytes on disk, write-ahead log included.
    package var bytes: Int64
    /// One for each configured target, in the configuration's order.
    package var queues: [Queue]
    /// Incidents that are not closed.
    package var open: Int
    /// How far back history reaches; nil: there is none, or no file is open.
    package var historyFrom: WallTime?
    /// Days until the file is full of it at the last day's rate; nil: that cannot be said yet.
    package var daysLeft: Int?
}

extension JournalStatus {
    /// How a journal is before anything was heard of it.
    package init(unopenedFor targets: [TargetID]) {
        self.init(
            storage: .fault(
                Message(zh: "日志尚未打开，消息暂存内存", en: "the journal is not open yet; events are held in memory")),
            bytes: 0, queues: targets.map { Queue(target: $0, queued: 0, rejected: 0) }, open: 0)
    }
}

/// What a restart finds.
package struct JournalContents: Sendable, Hashable {
    package var status: JournalStatus
    package var points: [PointMemory]
    /// Incidents that are not closed, oldest first.
    package var incidents: [Incident]
    /// What is remembered of the booth as a whole; empty for a new journal.
    package var memory: BoothMemory
    /// What became of tasks: of each target the newest 1000 that it gave, oldest first.
    package var tasks: [TaskRecord]
    /// The highest `EventID.key` in use; 0 for a new journal.
    package var lastKey: Int64
    /// Where a damaged journal was set aside at this start; nil as a rule.
    package var setAside: String?
    /// What waits for targets that the configuration no longer has.
    package var orphans: [Orphan]
    /// Incidents, points, tasks and memory that this version cannot read. They stay in the file, the memory until it is
    /// written anew.
    package var unreadable: Int

    /// Events that nobody will send unless the target is configured again.
    package struct Orphan: Sendable, Hashable {
        package var target: TargetID
        package var count: Int
    }
}
