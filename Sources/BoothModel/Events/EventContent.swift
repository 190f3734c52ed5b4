// SPDX-License-Identifier: Apache-2.0

/// The members of `data` that an event has besides the booth block. Members that do not apply are absent.
struct EventContent: Encodable {
    private var incident: EventID?
    private var category: Category?
    private var incidentClass: IncidentClass?
    private var priority: Int?
    private var count: Int?
    private var state: String?
    private var test: Bool?
    /// The device whose fault the incident is.
    private var device: DeviceID?
    private var missed: UInt64?
    private var reason: String?
    private var durationSeconds: Int64?
    /// How many steps of the answer clock, or reminders, have passed.
    private var step: Int?
    private var outcome: String?
    private var by: Actor?
    private var task: String?
    private var kind: String?
    private var result: TaskRecord.Result?
    /// The target that sent the task.
    private var target: TargetID?

    init(_ content: BoothEvent.Content) {
        switch content {
        case .raised(let incident):
            self.init(incident)
        case .updated(let incident, let reason):
            self.init(incident)
            self.reason = reason.rawValue
            switch reason {
            case .escalated: step = incident.accepted == nil ? incident.escalations : incident.reminders
            case .acknowledged: by = incident.acknowledged?.by
            case .dispatched, .handled: by = incident.steps.last?.act.by
            case .repeat, .accepted, .reclassified: break
            }
        case .restored(let incident, let durationSeconds):
            self.init(incident)
            self.durationSeconds = durationSeconds
        case .closed(let incident):
            self.init(incident)
            outcome = incident.closing?.outcome
            by = incident.closing?.act.by
        case .taskDone(let record):
            self.init(state: nil)
            (task, kind, result) = (record.id, record.kind, record.result)
            (target, reason) = (record.target, record.reason)
        case .record(_, let state):
            self.init(state: state.rawValue)
        // Reports and losses are encoded by their own types.
        case .dailyReport, .loss: self.init(state: nil)
        }
    }

    private init(state: String?) {
        self.state = state
    }

    private init(_ incident: Incident) {
        self.init(state: incident.state.rawValue)
        self.incident = incident.id
        category = incident.category
        incidentClass = incident.incidentClass
        priority = incident.priority.rawValue
        count = incident.count
        test = incident.test
        device = incident.device
        missed = incident.missed
    }

    enum CodingKeys: String, CodingKey {
        case incident, category, priority, count, state, test, device, missed, reason, step, outcome, by
        case task, kind, result, target
        case incidentClass = "class"
        case durationSeconds = "duration_s"
    }
}

/// The members of a status event's `data` besides the booth block: the heartbeat.
package struct StatusContent: Encodable, Sendable {
    /// Whole seconds since the agent started.
    package var uptimeSeconds: Int64
    package var version: String
    /// SHA-256 of the configuration file, lower-case hexadecimal.
    package var configHash: String
    /// Events waiting, per target.
    package var queue: [TargetID: Int]
    /// Events that a target refused for good, per target.
    package var rejected: [TargetID: Int]
    /// Incidents not closed.
    package var open: Int
    /// The faults that stand now, as codes: `sensor:modbus:inside/1`.
    package var faults: [String]
    package var storage: Storage

    /// The state of the journal's disk.
    package struct Storage: Encodable, Sendable {
        /// `ok`, `full` or `fault`.
        package var state: String
        /// What the journal takes on disk, and most that it may take.
        package var bytes: Int64
        package var limit: Int64
        /// Start of its history, RFC 3339; nil: it has none.
        package var historyFrom: String?
        /// Days until it is full at the last day's rate; nil: not known yet.
        package var daysLeft: Int?

        package init(state: String, bytes: Int64, limit: Int64, historyFrom: String? = nil, daysLeft: Int? = nil) {
            self.state = state
            self.bytes = bytes
            self.limit = limit
            self.historyFrom = historyFrom
            self.daysLeft = daysLeft
        }

        enum CodingKeys: String, CodingKey {
            case state, bytes, limit
            case historyFrom = "history_from"
            case daysLeft = "days_left"
        }
    }

    package init(
        uptimeSeconds: Int64, version: String, configHash: String, queue: [TargetID: Int],
        rejected: [TargetID: Int], open: Int, faults: [String], storage: Storage
    ) {
        self.uptimeSeconds = uptimeSeconds
        self.version = version
        self.configHash = configHash
        self.queue = queue
        self.rejected = rejected
        self.open = open
        self.faults = faults
        self.storage = storage
    }

    enum CodingKeys: String, CodingKey {
        case version, queue, rejected, open, faults, storage
        case uptimeSeconds = "uptime_s"
        case configHash = "config_hash"
    }
}
