// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The booth's policy: debounced readings, faults and receipts in, events and incidents out.
///
/// Pure: it is told the time, does no I/O, and gives the same events for the same sequence of inputs, apart from the
/// random bits of their ids. Each input returns one `Decision`, which is recorded before anything else happens.
package struct IncidentRules {
    let schedule: WeeklySchedule
    let targets: [TargetConfiguration]
    let outputs: [String: OutputConfiguration.Shows]
    let configured: [PointID: PointConfiguration]
    let devices: DeviceMap
    /// The letter boxes' slots, in order of their ids.
    let slots: [PointConfiguration]
    /// Faults that the use of a duress button can cause.
    let secretFaults: Set<DeviceID>
    let settings: RuleSettings
    /// Whether the clock is trusted as far as the kernel says; false: the configuration says to trust it always.
    let followsKernelClock: Bool

    var ids: EventIDGenerator
    var points: [PointID: PointMemory] = [:]
    /// Incidents that can still change: not closed, or closed and not answered by every target.
    var live: [EventID: Incident] = [:]
    /// Live incidents by the events that offered them to targets. Receipts name these events.
    var offers: [EventID: EventID] = [:]
    /// The open incidents of a point that are not restored; faults of devices are not among them.
    var standing: [PointID: Set<EventID>] = [:]
    /// Faults that stand, by device.
    var faults: [DeviceID: StandingFault] = [:]
    var timers = Timetable<Timer>()
    /// When the input of an incident went back to normal, while its restoration waits for a possible repeat.
    var releases: [EventID: Stamp] = [:]
    /// The booth's memory.
    package internal(set) var memory: BoothMemory
    /// The results of recent tasks.
    var ledger: TaskLedger
    /// Points that a technician tests now.
    var tested: Set<PointID> = []
    /// Points on which a test raised something since the last test ended.
    var touched: Set<PointID> = []
    /// Stuck points whose cause was reported since this start.
    var toldStuck: Set<PointID> = []
    /// Broken loops that were reported since this start, and how they are broken.
    var toldLoops: [PointID: PointState] = [:]
    /// Whether somebody was in at the last check; nil: there was none yet.
    var wasAttended: Bool?
    /// Since when the clock has run free, as far as this run knows; nil: it follows a reference.
    var freeSince: BootTime?
    /// Whether the clock was trusted at the last check.
    var wasTrusted = false
    /// Whether this run has reported why the clock is a fault.
    var toldClock = false
    /// Stamps of other boots, converted to this boot's elapsed time once a clock could tell.
    var origins: [Stamp: BootTime] = [:]
    /// Incidents that the current input has changed.
    var kept: Set<EventID> = []
    /// Faults of devices that are over and not closed, the oldest first.
    var pastFaults: [EventID] = []
    /// What this run noted about its first readings.
    var blind = BlindStart()
    /// Old faults from a late journal that no driver has confirmed yet.
    var unconfirmed: Set<DeviceID> = []
    /// The decision on the current input so far.
    var decision = Decision()

    /// A fault that stands, whether or not its incident was closed meanwhile.
    struct StandingFault: Sendable {
        var incident: EventID
        var category: Category
    }

    /// Something that is due at an instant unless an input comes first.
    enum Timer: Hashable {
        /// Tell the platforms the count gathered.
        case announce(EventID)
        /// The input has been normal for long enough: restored.
        case restore(EventID)
        /// The on-delay of a point is over.
        case onDelay(PointID)
        /// No edge of a point has been lost for long enough.
        case gapRest(PointID)
        /// A point has been active for longer than anybody presses.
        case stuck(PointID)
        /// Check whether somebody accepted the incident in time.
        case escalate(EventID)
        /// Check whether somebody closed the incident in time.
        case remind(EventID)
        /// Check whether the letters of a slot have waited for too long.
        case mailOverdue(PointID)
        /// Check whether a door has been open for too long.
        case doorHeld(PointID)
        /// Check whether attendance has changed.
        case attendance
        /// Check whether the clock is right by now, or has been wrong for too long.
        case clock
        /// Close what a test of the last run left open.
        case endTests
        /// End old faults that nobody has confirmed.
        case unconfirmed

        /// The order of timers that are due at the same instant. An incident that is over is restored before its count
        /// is announced, because the restoration tells the count.
        var turn: (rank: Int, incident: Int64, point: String) {
            switch self {
            case .restore(let id): (0, id.key, "")
            case .announce(let id): (1, id.key, "")
            case .onDelay(let point): (2, 0, point.rawValue)
            case .gapRest(let point): (3, 0, point.rawValue)
            case .stuck(let point): (4, 0, point.rawValue)
            case .clock: (5, 0, "")
            case .attendance: (6, 0, "")
            case .doorHeld(let point): (7, 0, point.rawValue)
            case .mailOverdue(let point): (8, 0, point.rawValue)
            case .escalate(let id): (9, id.key, "")
            case .remind(let id): (10, id.key, "")
            case .endTests: (11, 0, "")
            case .unconfirmed: (12, 0, "")
            }
        }
    }

    /// How long counts and restorations of one incident are gathered before they are sent.
    static let gathering = Duration.seconds(2)

    /// - Parameters:
    ///   - configuration: the points, the schedule and the targets' classes.
    ///   - points: what the journal remembers of points.
    ///   - incidents: the journal's incidents that are not closed.
    ///   - memory: what the journal remembers of the booth.
    ///   - tasks: the results of the newest tasks, oldest first.
    ///   - ids: continues after the journal's last id.
    package init(
        configuration: Configuration, points: [PointMemory] = [], incidents: [Incident] = [],
        memory: BoothMemory = BoothMemory(), tasks: [TaskRecord] = [], ids: EventIDGenerator
    ) {
        schedule = configuration.schedule
        targets = configuration.targets
        outputs = Dictionary(uniqueKeysWithValues: configuration.outputs.map { ($0.id, $0.shows) })
        settings = configuration.rules
        followsKernelClock = configuration.clockTrust == .kernel
        configured = Dictionary(uniqueKeysWithValues: configuration.points.map { ($0.id, $0) })
        devices = DeviceMap(configuration.points)
        slots = configuration.points.filter { $0.kind == .mailSlot }.sorted { $0.id.rawValue < $1.id.rawValue }
        secretFaults = Set(
            configuration.points.filter { $0.kind == .duressButton }.flatMap {
                [.stuck($0.id), .chatter(of: $0.id), .edges(of: $0.id)]
            })
        self.ids = ids
        self.memory = memory
        ledger = TaskLedger(tasks)
        begin(points: points, incidents: incidents)
    }

    /// Resumes from what a journal remembers.
    mutating func begin(points: [PointMemory], incidents: [Incident]) {
        for memory in points { self.points[memory.point] = memory }
        for incident in incidents where incident.isOpen { hold(incident.afterRestart) }
        forgetOtherKinds()
        resumeTimers()
    }

    /// The next instant at which `advance` has something to do.
    package var nextDeadline: BootTime? { timers.next }

    /// The ids of faults that stand now, as the heartbeat lists them: `sensor:modbus:inside/1`.
    package var standingFaults: [String] {
        faults.map { "\($1.category):\($0)" }.sorted()
    }

    /// The incidents that are not closed, oldest first.
    package var openIncidents: [Incident] {
        live.values.filter(\.isOpen).sorted { $0.id < $1.id }
    }

    /// The devices whose faults stand now.
    package var lostDevices: Set<DeviceID> { Set(faults.keys) }

    /// Whether a fault stands that an output may show. No output shows a fault of a duress button.
    package var hasStandingFaults: Bool { !faults.keys.allSatisfy(secretFaults.contains) }

    /// Points whose contact chattered when last read, with the last known state of each.
    package var chatteringPoints: [PointID: PointState?] {
        Dictionary(
            uniqueKeysWithValues: configured.keys.filter { faults[.chatter(of: $0)] != nil }.map {
                ($0, points[$0]?.state)
            })
    }

    /// Tells targets that events for them were lost, or may have been; one event for all of them.
    ///
    /// - Parameter recipients: those that are not in the configuration are left out.
    package mutating func tell(_ loss: Loss, to recipients: [TargetID], at moment: Moment) -> Decision {
        decision.events.append(
            BoothEvent(
                id: makeID(at: moment), content: .loss(loss), moment: moment,
                recipients: targets.map(\.id).filter(recipients.contains)))
        return finish()
    }

    /// A new id for something that is not decided here, such as a status event.
    package mutating func makeID(at moment: Moment) -> EventID {
        ids.next(wallMilliseconds: moment.wallMilliseconds, isTrusted: moment.clock != .unsynced)
    }

    /// Applies a debounced reading. A reading that is not of good quality changes nothing: its device is reported lost.
    package mutating func apply(_ reading: Reading, at moment: Moment) -> Decision {
        guard reading.quality == .good, let point = configured[reading.point] else { return Decision() }
        clearFaults(above: point, at: moment)
        let before = points[point.id]
        var memory = before ?? PointMemory(point: point.id, state: .normal, since: Stamp(moment))
        memory.kind = point.kind
        noteFirstSeen(&memory, at: moment)
        if let register = point.countingRegister, let value = reading.value {
            memory.counter = PointMemory.Counter(value: value, register: register)
        }
        points[point.id] = memory
        watchLoop(of: point, state: reading.state, at: moment)
        if before?.state != reading.state {
            change(point, to: reading.state, at: moment)
        } else {
            resumeOnDelay(point, at: moment)
        }
        watchStuck(point, at: moment)
        if let memory = points[point.id] {
            let isActive = memory.isActive(as: point.kind)
            blind.noteReading(of: memory, isFirst: before == nil, isActive: isActive, at: moment)
            lookForClock(at: moment)
            if memory != before { decision.points.append(memory) }
        }
        return finish()
    }

    /// Lets time pass: runs the timers that are due by `moment`.
    package mutating func advance(to moment: Moment) -> Decision {
        let due = timers.due(by: moment.boot).sorted {
            $0.instant == $1.instant ? $0.key.turn < $1.key.turn : $0.instant < $1.instant
        }
        for (timer, instant) in due where timers.take(timer, at: instant) { end(timer, at: moment) }
        return finish()
    }

    private mutating func end(_ timer: Timer, at moment: Moment) {
        switch timer {
        case .announce(let id): announceRepeats(id, at: moment)
        case .restore(let id): restoreRested(id, at: moment)
        case .onDelay(let point): onDelayOver(point, at: moment)
        case .gapRest(let point): gapOver(point, at: moment)
        case .stuck(let point): stuckOver(point, at: moment)
        case .escalate(let id): escalate(id, at: moment)
        case .remind(let id): remind(id, at: moment)
        case .mailOverdue(let point): mailOverdue(point, at: moment)
        case .doorHeld(let point): doorHeld(point, at: moment)
        case .attendance: watchAttendance(at: moment)
        case .clock: lookAtClock(at: moment)
        case .endTests: closeTests(at: moment)
        case .unconfirmed: endUnconfirmed(at: moment)
        }
    }

    /// Applies a new state of the point.
    private mutating func change(_ point: PointConfiguration, to state: PointState, at moment: Moment) {
        guard var memory = points[point.id] else { return }
        let wasActive = memory.isActive(as: point.kind)
        memory.state = state
        memory.since = Stamp(moment)
        let isLoopBroken = (state == .cut || state == .short) && point.kind != .tamper
        memory.wasActive = isLoopBroken ? wasActive : nil
        let isActive = memory.isActive(as: point.kind)
        if isActive, !wasActive { memory.lastActive = Stamp(moment) }
        points[point.id] = memory
        if wasActive != isActive {
            apply(point, isActive: isActive, at: moment)
        } else {
            resumeOnDelay(point, at: moment)
        }
    }

    /// - Parameter count: activations reported together, 1 or more.
    mutating func apply(_ point: PointConfiguration, isActive: Bool, count: Int = 1, at moment: Moment) {
        switch point.kind {
        case .helpButton, .duressButton: button(point, isActive: isActive, count: count, at: moment)
        case .tamper, .contact: contact(point, isActive: isActive, count: count, at: moment)
        case .mainsPower, .battery: power(point, isActive: isActive, at: moment)
        case .roomDoor: roomDoor(point, isOpen: isActive, at: moment)
        case .streetDoor: record(point.id, isActive ? .active : .normal, at: moment)
        case .mailSlot: mailSlot(point, isActive: isActive, count: count, at: moment)
        case .mailDoor: mailDoor(point, isOpen: isActive, at: moment)
        }
    }

    /// Changes the booth's memory, and has it written.
    mutating func remember(_ change: (inout BoothMemory) -> Void) {
        let before = memory
        change(&memory)
        guard memory != before else { return }
        if decision.memory == nil { decision.memoryBefore = before }
        decision.memory = memory
    }

    mutating func finish() -> Decision {
        defer {
            decision = Decision()
            kept = []
        }
        return decision
    }
}

extension PointMemory {
    /// Whether the input counts as active for `kind`. A tamper loop that is cut or bridged does. Any other broken loop
    /// counts as what it was before.
    func isActive(as kind: PointKind) -> Bool {
        switch state {
        case .active: true
        case .cut, .short: kind == .tamper || wasActive == true
        case .normal, .unknown: false
        }
    }
}
