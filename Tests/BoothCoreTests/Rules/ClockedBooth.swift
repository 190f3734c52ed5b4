// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import TestSupport

/// Rules with every clock of a board in the test's hands: second 0 is Tuesday 2026-11-24, midnight in the tests' zone.
/// Time passes in `now`; the wall clock may be set, the power may go.
struct ClockedBooth {
    private(set) var rules: IncidentRules
    private let configuration: Configuration
    /// True time.
    private(set) var now = 0.0
    var clock = ClockState.synced
    /// How far the wall clock is wrong, in seconds.
    var skew = 0.0
    private var bootID = 1
    private var booted = -3600.0
    /// What the journal would hold.
    private var points: [PointID: PointMemory] = [:]
    private(set) var incidents: [EventID: Incident] = [:]
    private(set) var memory = BoothMemory()
    private(set) var events: [BoothEvent] = []
    private(set) var comings: [Attendance] = []

    static let officer = Actor(rawValue: "local:wang")
    static let midnight: Int64 = {
        _ = TestZone.isSet
        return CivilDate(year: 2026, month: 11, day: 24).instant(in: .ofProcess).milliseconds
    }()
    static let morning = WeeklySchedule.Attendance(day: .tuesday, minutes: 510..<690)
    /// Seconds since the first midnight.
    static func at(_ hour: Double, day: Double = 0) -> Double { day * 86_400 + hour * 3600 }
    static let slot = RehearsedBooth.point("mail-slot", .mailSlot)
    static let box = RehearsedBooth.point("mail-door", .mailDoor)
    static let mains = RehearsedBooth.point("mains", .mainsPower)

    init(
        _ points: [PointConfiguration], attended: [WeeklySchedule.Attendance] = [Self.morning],
        clock: ClockState = .synced, escalate: [Duration] = []
    ) {
        var configuration = Configuration(
            booth: Booth(
                code: "B0001", name: "第三警务室", county: "330225", grid: "330225001002", address: "A1",
                longitude: 121.87, latitude: 29.48),
            schedule: WeeklySchedule(attended: attended), points: points, targets: RehearsedBooth.targets)
        configuration.rules.escalate = escalate
        self.configuration = configuration
        self.clock = clock
        rules = IncidentRules(configuration: configuration, ids: EventIDGenerator(after: 0))
    }

    var moment: Moment { moment(at: now) }

    private func moment(at time: Double) -> Moment {
        let wall = Self.midnight + Int64((time + skew) * 1000)
        return Moment(
            boot: BootTime(nanoseconds: Int64((time - booted) * 1e9)), wallMilliseconds: wall,
            in: .ofProcess, clock: clock, bootID: "boot-\(bootID)")
    }

    // MARK: What happens

    /// Time passes, with a stop at each deadline as the agent makes it; returns what happened, in short.
    @discardableResult
    mutating func pass(to time: Double) -> [String] {
        var happened: [String] = []
        while let deadline = rules.nextDeadline, case let due = booted + Double(deadline.nanoseconds) / 1e9, due <= time
        {
            happened += keep(rules.advance(to: moment(at: max(due, now))))
            now = max(due, now)
        }
        now = time
        return happened
    }

    @discardableResult
    mutating func see(_ point: PointID, _ state: PointState, at time: Double) -> [String] {
        let passed = pass(to: time)
        let reading = Reading(point: point, state: state, value: 0, quality: .good, at: moment.boot)
        return passed + keep(rules.apply(reading, at: moment))
    }

    /// Somebody, or a time service, sets the wall clock.
    @discardableResult
    mutating func setClock(_ state: ClockState, wrongBy skew: Double = 0) -> [String] {
        self.skew = skew
        clock = state
        return keep(rules.clockChanged(at: moment))
    }

    /// The agent starts again in the same boot.
    mutating func restart() {
        rules = IncidentRules(
            configuration: configuration, points: Array(points.values),
            incidents: incidents.values.filter(\.isOpen).sorted { $0.id < $1.id }, memory: memory,
            ids: EventIDGenerator(after: events.map(\.id.key).max() ?? 0))
    }

    /// The power goes, and comes back at `time`.
    mutating func reboot(at time: Double, clock: ClockState) {
        (now, booted, self.clock) = (time, time, clock)
        bootID += 1
        restart()
    }

    mutating func arm(until: Double? = nil) -> TaskRecord.Refusal? {
        settle(rules.arm(until: until.map(Self.wall), by: Self.officer, at: moment))
    }

    mutating func disarm(until: Double? = nil) -> TaskRecord.Refusal? {
        settle(rules.disarm(until: until.map(Self.wall), by: Self.officer, at: moment))
    }

    mutating func close(_ category: Category) -> TaskRecord.Refusal? {
        guard let id = incidents.values.first(where: { $0.category == category && $0.isOpen })?.id else {
            return .noSuchIncident
        }
        return settle(rules.close(id, outcome: "done", by: Self.officer, at: moment))
    }

    mutating func accept() {
        for incident in incidents.values.sorted(by: { $0.id < $1.id }) {
            for target in incident.targets.map(\.target) {
                keep(rules.apply(.accepted(ticket: nil), for: incident.opening, from: target, at: moment))
            }
        }
    }

    mutating func beginTest(of points: Set<PointID>) { rules.beginTest(of: points) }
    mutating func endTest() { keep(rules.endTest(at: moment)) }

    var isAttended: Bool { rules.attendance(at: moment).isAttended }
    var attendance: String {
        let attendance = rules.attendance(at: moment)
        let until = attendance.until.map { Double($0.milliseconds - Self.midnight) / 3_600_000 }
        return "\(attendance.isAttended) \(attendance.cause) \(until.map { "\($0)" } ?? "-")"
    }

    // MARK: What is kept

    @discardableResult
    private mutating func keep(_ decision: Decision) -> [String] {
        for memory in decision.points { points[memory.point] = memory }
        for incident in decision.incidents { incidents[incident.id] = incident }
        if let memory = decision.memory { self.memory = memory }
        if let attendance = decision.attendance { comings.append(attendance) }
        events += decision.events
        return decision.events.map(\.short)
    }

    private mutating func settle(_ result: Result<Decision, TaskRecord.Refusal>) -> TaskRecord.Refusal? {
        switch result {
        case .failure(let refusal): return refusal
        case .success(let decision):
            keep(decision)
            return nil
        }
    }

    private static func wall(_ time: Double) -> WallTime {
        WallTime(milliseconds: midnight + Int64(time * 1000))
    }
}
