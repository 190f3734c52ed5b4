// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// Rules with a clock that the test turns: second 0 is Tuesday 2026-11-24, midnight.
struct RehearsedBooth {
    var rules: IncidentRules
    private(set) var configuration: Configuration
    var clock = ClockState.synced
    /// What the journal would hold.
    private(set) var points: [PointID: PointMemory] = [:]
    private(set) var incidents: [EventID: Incident] = [:]
    private(set) var memory = BoothMemory()
    private(set) var tasks: [TaskRecord] = []
    private(set) var events: [BoothEvent] = []

    static let help = point("help-1", .helpButton)
    static let roomDoor = point("room-door", .roomDoor)
    static let targets = [
        target("police", [.police, .fault]),
        target("grid", [.community]),
    ]

    /// - Parameter answers: whether the answer clocks run.
    init(
        _ points: [PointConfiguration], targets: [TargetConfiguration] = Self.targets,
        attended: [WeeklySchedule.Attendance] = [], answers: Bool = false
    ) {
        configuration = Configuration(
            booth: Booth(
                code: "B0001", name: "第三警务室", county: "330225", grid: "330225001002", address: "A1",
                longitude: 121.87, latitude: 29.48),
            schedule: WeeklySchedule(attended: attended), points: points, targets: targets)
        // Most tests ask what is raised and restored, and nobody answers in them.
        if !answers { configuration.rules.escalate = [] }
        rules = IncidentRules(configuration: configuration, ids: EventIDGenerator(after: 0))
    }

    static func point(
        _ id: PointID, _ kind: PointKind, classification: Classification? = nil, repeatWindow: Duration = .seconds(30)
    ) -> PointConfiguration {
        var settings = RuleSettings()
        settings.repeatWindow = repeatWindow
        if kind == .contact { settings.stuck = nil }
        return PointConfiguration(
            id: id, kind: kind,
            source: .modbus(
                ModbusSource(bus: "inside", unit: 1, table: .discreteInput, address: 0, poll: .milliseconds(200))),
            debounce: .zero, classification: classification ?? kind.defaultClassification, rules: settings)
    }

    static func target(_ id: TargetID, _ accepts: Set<IncidentClass>) -> TargetConfiguration {
        TargetConfiguration(id: id, accepts: accepts, endpoint: .init(url: "https://127.0.0.1"))
    }

    func moment(at seconds: Double, bootID: String = "boot-1") -> Moment {
        Moment(
            boot: BootTime(nanoseconds: Int64((seconds * 1e9).rounded())),
            wallMilliseconds: 1_795_449_600_000 + Int64(seconds * 1000),
            in: Zone(offset: 8 * 3600), clock: clock, bootID: bootID)
    }

    /// Turns the clock, then gives one reading; returns what both led to.
    @discardableResult
    mutating func see(
        _ point: PointID, _ state: PointState, at seconds: Double, quality: Quality = .good
    ) -> [BoothEvent] {
        let passed = pass(to: seconds)
        let now = moment(at: seconds)
        let reading = Reading(point: point, state: state, value: 0, quality: quality, at: now.boot)
        return passed + keep(rules.apply(reading, at: now))
    }

    /// Turns the clock, stopping at each deadline as the agent does.
    @discardableResult
    mutating func pass(to seconds: Double) -> [BoothEvent] {
        var happened: [BoothEvent] = []
        let end = moment(at: seconds)
        while let deadline = rules.nextDeadline, deadline <= end.boot {
            happened += keep(rules.advance(to: moment(at: Double(max(deadline.nanoseconds, 0)) / 1e9)))
        }
        return happened
    }

    @discardableResult
    mutating func keep(_ decision: Decision) -> [BoothEvent] {
        for memory in decision.points { points[memory.point] = memory }
        for incident in decision.incidents { incidents[incident.id] = incident }
        if let memory = decision.memory { self.memory = memory }
        tasks += decision.tasks
        events += decision.events
        return decision.events
    }

    /// What the journal held when the booth started without it.
    private(set) var unread: Unread?

    struct Unread {
        var points: [PointMemory]
        var incidents: [Incident]
        var memory: BoothMemory
        var tasks: [TaskRecord]
        var lastKey: Int64
    }

    /// Stops and starts, and cannot read what was kept.
    mutating func restartBlind() {
        unread = Unread(
            points: Array(points.values), incidents: incidents.values.filter(\.isOpen).sorted { $0.id < $1.id },
            memory: memory, tasks: tasks, lastKey: events.map(\.id.key).max() ?? 0)
        rules = IncidentRules(configuration: configuration, ids: EventIDGenerator(after: 0))
    }

    /// What was kept can be read after all; what follows within the instant, too.
    @discardableResult
    mutating func recall(at seconds: Double) -> [BoothEvent] {
        guard let unread else { return [] }
        let before = pass(to: seconds)
        self.unread = nil
        let decision = rules.recall(
            points: unread.points, incidents: unread.incidents, memory: unread.memory, tasks: unread.tasks,
            lastKey: unread.lastKey, at: moment(at: seconds))
        return before + keep(decision) + keep(rules.advance(to: moment(at: seconds)))
    }

    /// Stops and starts from what was kept.
    ///
    /// - Parameters:
    ///   - points: another configuration's; nil: as before.
    ///   - targets: another configuration's; nil: as before.
    mutating func restart(_ points: [PointConfiguration]? = nil, targets: [TargetConfiguration]? = nil) {
        configuration = Configuration(
            booth: configuration.booth, schedule: configuration.schedule, points: points ?? configuration.points,
            targets: targets ?? configuration.targets, rules: configuration.rules)
        rules = IncidentRules(
            configuration: configuration, points: Array(self.points.values),
            incidents: incidents.values.filter(\.isOpen).sorted { $0.id < $1.id }, memory: memory, tasks: tasks,
            ids: EventIDGenerator(after: events.map(\.id.key).max() ?? 0))
    }
}

extension BoothEvent {
    /// In short: `raised help 1`, `restored mail 2`, `record street-door active`.
    var short: String {
        switch content {
        case .raised(let incident): "raised \(incident.category) \(incident.count)"
        case .updated(let incident, let reason): "updated \(incident.category) \(incident.count) \(reason)"
        case .restored(let incident, let seconds): "restored \(incident.category) \(incident.count) after \(seconds) s"
        case .record(let point, let state): "record \(point) \(state)"
        case .closed(let incident): "closed \(incident.category) \(incident.closing?.outcome ?? "")"
        case .taskDone(let record): "task \(record.id) \(record.result) \(record.reason ?? "")"
        case .loss(let loss): "loss \(loss.reason)"
        case .dailyReport(let report): "report \(report.period.first)"
        }
    }
}
