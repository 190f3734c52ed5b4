// SPDX-License-Identifier: Apache-2.0
import BoothModel

@testable import BoothControl

/// Which answer it is. A new `ControlAnswer` is led here by the compiler: it needs a kind, a method, and samples.
enum AnswerKind: CaseIterable {
    case status, points, incidents, queue, events, lent, values, report, verified, incident, attendance, retried
    case testing, refused

    init(_ answer: ControlAnswer) {
        switch answer {
        case .status: self = .status
        case .points: self = .points
        case .incidents: self = .incidents
        case .queue: self = .queue
        case .events: self = .events
        case .lent: self = .lent
        case .values: self = .values
        case .report: self = .report
        case .verified: self = .verified
        case .incident: self = .incident
        case .attendance: self = .attendance
        case .retried: self = .retried
        case .testing: self = .testing
        case .refused: self = .refused
        }
    }

    /// The methods that are answered so.
    var methods: [AgentMethod] {
        switch self {
        case .status: [.getStatus]
        case .points: [.listPoints]
        case .incidents: [.listIncidents]
        case .queue: [.getQueue]
        case .events: [.followEvents]
        case .lent: [.lendBus]
        case .values: [.readModbus]
        case .report: [.getReport]
        case .verified: [.verify]
        case .incident: [.acknowledge, .close]
        case .attendance: [.arm, .disarm]
        case .retried: [.retry]
        case .testing: [.test]
        case .refused: []
        }
    }

    /// With all that can be there, and with nothing that may be absent.
    var samples: [ControlAnswer] {
        switch self {
        case .status: [.status(Sample.status), .status(Sample.bareStatus)]
        case .points:
            [.points(PointsReply(points: Sample.points, units: Sample.units)), .points(PointsReply(points: []))]
        case .incidents:
            [.incidents(IncidentsReply([Sample.incident, Sample.bareIncident])), .incidents(IncidentsReply([]))]
        case .queue: [.queue(QueueReply(targets: Sample.queues)), .queue(QueueReply(targets: []))]
        case .events: [.events([RecentEvent(key: 1, json: "{\"n\":1}")]), .events([])]
        case .lent: [.lent]
        case .values: [.values([0, 65_535]), .values([])]
        case .report: [.report(Sample.report)]
        case .verified: [.verified(Sample.verified), .verified(Sample.bareVerified)]
        case .incident:
            [.incident(IncidentStatus(Sample.incident)), .incident(IncidentStatus(Sample.bareIncident))]
        case .attendance: [.attendance(Sample.attendance), .attendance(Sample.bareAttendance)]
        case .retried: [.retried([RetriedTarget(target: "grid", events: 3)]), .retried([])]
        case .testing: [.testing(Sample.step), .testing(TestStep(.end))]
        case .refused: Sample.errors.map { .refused($0) }
        }
    }
}

/// What the samples are made of.
private enum Sample {
    static let words = Message(zh: "满", en: "full")
    static let id = EventID(key: 1, random: 1)
    static let moment = Moment(
        boot: BootTime(nanoseconds: 1), wallMilliseconds: 1_795_449_600_000, in: .ofProcess, clock: .synced, bootID: "b"
    )
    static let stamp = Stamp(moment)
    static let time = "2026-11-24T00:00:00+08:00"
    static let chain = ChainHead(head: "0a", events: 1)

    // MARK: Points and status

    private static let help = PointConfiguration(
        id: "help-1", kind: .helpButton,
        source: .modbus(
            ModbusSource(bus: "inside", unit: 1, table: .discreteInput, address: 0, poll: .milliseconds(200))),
        debounce: .zero, classification: Classification(.help, .police, .help), rules: RuleSettings())
    static let points = [
        PointStatus(
            help, reading: Reading(point: "help-1", state: .active, value: 1, quality: .good, at: moment.boot),
            since: time, lastActive: time, untested: true),
        PointStatus(help, reading: nil, since: nil),
    ]
    static let units: [UnitCounters] = {
        var counted = UnitCounters(bus: "inside", unit: 1)
        (counted.roundTripP50, counted.roundTripP99) = (12.5, 80)
        return [counted, UnitCounters(bus: "inside", unit: 2)]
    }()

    static let attendance = AttendanceStatus(
        Attendance(isAttended: true, cause: .schedule, until: WallTime(milliseconds: 1_795_449_600_000)), in: .ofProcess
    )
    static let bareAttendance = AttendanceStatus(
        Attendance(isAttended: false, cause: .clock, until: nil), in: .ofProcess)

    static let status = StatusReply(
        booth: "B0001", name: "第三警务室", state: .degraded, inService: true, reasons: [words], hints: [words],
        bootID: "b", version: "1", uptimeSeconds: 60, clock: .synced, timeZone: "Asia/Shanghai", attendance: attendance,
        storage: .init(state: .ok, bytes: 1, limit: 2, historyFrom: time, daysLeft: 400), points: points, open: 1,
        targets: [
            TargetStatus(id: "police", state: .retrying, queued: 1, rejected: 1, lastError: words),
            TargetStatus(id: "grid", state: .ok, queued: 0, rejected: 0, lastError: nil),
        ], faults: [.init(device: "modbus:inside", DeviceFault(.silent, words))])
    static let bareStatus = StatusReply(
        booth: "B0001", name: "第三警务室", state: .starting, inService: false, reasons: [], bootID: "b", version: "1",
        uptimeSeconds: 0, clock: .unsynced, timeZone: "Asia/Shanghai",
        storage: .init(state: .fault, bytes: 0, limit: 2), points: [], open: 0, targets: [])

    // MARK: Incidents and queues

    static let bareIncident = Incident(
        id: id, opening: id, point: nil, classification: Classification(.help, .police, .help), opened: stamp,
        targets: [])
    static let incident: Incident = {
        var incident = Incident(
            id: id, opening: id, point: "help-1", device: "edges:help-1",
            classification: Classification(.gap, .fault, .fault), opened: stamp, missed: 65,
            targets: ["police", "grid"])
        let act = Incident.Act(by: Actor(rawValue: "police"), at: stamp)
        incident.state = .closed
        (incident.restored, incident.accepted, incident.acknowledged) = (stamp, stamp, act)
        incident.steps = [.init(.dispatched, act), .init(.handled, act, note: "说明")]
        incident.closing = .init(act, outcome: "已处置")
        incident.targets[0].ticket = "JQ1"
        incident.targets[1].isHandedOver = true
        return incident
    }()

    static let queues = [
        TargetQueue(
            target: "police", queued: 1, rejected: 1,
            items: [
                .init(
                    id: id, type: EventType.incidentRaised.rawValue, incident: id, sequence: "00000100000000000041",
                    delivery: .rejected, attempts: 1, reason: "no"),
                .init(
                    id: id, type: "", incident: nil, sequence: "00000100000000000042", delivery: .queued, attempts: 0,
                    reason: nil),
            ])
    ]

    // MARK: The rest

    static let report: BoothReport = {
        let none = BoothReport.Spans(count: 0, unmeasured: 0, p50Seconds: nil, p95Seconds: nil)
        return BoothReport(
            period: .init(ReportPeriod(.day, containing: CivilDate(year: 2026, month: 11, day: 24)), in: .ofProcess),
            until: time, isComplete: true, isCapped: false, raised: 0, undated: 0, repeats: 0, tests: 0, categories: [],
            open: .init(total: 0, byPriority: [], oldest: nil), openItems: [],
            closed: .init(total: 0, locally: 0, outcomes: [], otherOutcomes: 0, duration: none), response: [],
            mail: .init(
                letters: 0, collected: 0, waiting: 0, waitingSince: nil, overdue: 0, checks: 0, checkDays: [],
                lastCheck: nil, daysSinceCheck: nil, weeks: 0, weeksChecked: 0, collection: none, feedback: none),
            availability: [], faults: [], outages: .init(count: 0, seconds: 0))
    }()

    static let verified = VerifyReply(
        full: true, problem: .changed, at: 1, oldest: .init(event: 1, time: time), newest: .init(event: 2, time: time),
        checked: 2, head: chain, reports: 1, reported: chain)
    static let bareVerified = VerifyReply(
        full: false, oldest: nil, newest: nil, checked: 0, head: chain, reports: 0, reported: nil)

    static let step: TestStep = {
        var step = TestStep(.accepted, press: 1)
        (step.point, step.name, step.incident, step.count) = ("help-1", "求助", id, 2)
        (step.targets, step.target, step.ticket, step.reason) = (["police"], "police", "JQ1", "no")
        (step.milliseconds, step.seconds) = (12.5, 600)
        step.points = [.init(point: "help-1", name: "求助")]
        step.untested = step.points
        return step
    }()

    static let errors: [ControlError] = [
        .methodNotFound("cn.boothd.Agent.Do"), .invalidParameter("all"), .interfaceNotFound("a.b"),
        .methodNotImplemented("cn.boothd.Agent.Do"), .permissionDenied, .noSuchIncident(id), .incidentClosed(id),
        .noSuchEvent(id), .noSuchPoint("help-9"), .unavailable(words), .tooManyClients(words),
        .readFailed(.exception(2)),
    ]
}
