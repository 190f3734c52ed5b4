// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What has to happen, by docs/incidents.md and docs/tasks.md: told what the core is told, it says which events must follow
/// at once and which when. It shares no rule with the core.
struct Foresight {
    /// Something that is due at an instant of this boot.
    enum Timer: Hashable {
        case settle(EventID)
        case announce(EventID)
        case escalate(EventID)
        case remind(EventID)
        case onDelay(PointID)
        case stuck(PointID)
        case doorHeld(PointID)
        case overdue(PointID)
        case gapRest(PointID)
        /// A contact has held still for as long as it has to.
        case held(PointID)

        /// Which comes first of those that are due together.
        var rank: Int {
            switch self {
            case .held: -1
            case .settle: 0
            case .announce: 1
            case .onDelay: 2
            case .gapRest: 3
            case .stuck: 4
            case .doorHeld: 5
            case .overdue: 6
            case .escalate: 7
            case .remind: 8
            }
        }
    }

    /// What is known of an input.
    struct Input {
        var state = PointState.normal
        /// Whether it counts as active; a broken loop is what it was.
        var isActive = false
        /// The incident that its next change may belong to.
        var bound: EventID?
        /// The last edge of a letter, in this boot.
        var lastEdge: Int64?
        var isTold = false
        /// Since when it is as it is, in this boot.
        var since: Int64?
        /// Until when nobody can foresee what it says, as its contact chatters; nil: it is foreseen.
        var freeUntil: Int64?
        /// Whether the agent has read it in this run.
        var isSeen = false
        /// What a contact that may bounce says, and since when: it counts once it has held still.
        var heard: (reading: Reading, since: Int64)?
    }

    let configuration: Configuration
    let points: [PointID: PointConfiguration]
    /// Incidents that are not closed.
    var stories: [EventID: Story] = [:]
    /// Their ids, oldest first.
    var order: [EventID] = []
    /// Those of help buttons.
    private(set) var presses: [EventID] = []
    /// Open incidents by the events that offered them.
    var offers: [EventID: EventID] = [:]
    var inputs: [PointID: Input] = [:]
    var presence: Presence
    var wasIn: Bool?
    var tested: Set<PointID> = []
    private(set) var timers: [Timer: Int64] = [:]
    private(set) var nextDue = Int64.max
    /// What must be said now.
    var expected: [Fact: Int] = [:]
    /// The steps that escalations must tell.
    var steps: [EventID: Int] = [:]
    /// Devices that are lost, as the core must know.
    var faults = FaultBook()
    /// Whether it is known what was before; without that nothing is foreseen.
    var isStrict = true
    var tasks = TaskBook()
    /// How many activations whatever is raised now stands for, by point.
    var raisedCounts: [PointID: Int] = [:]
    /// Inputs that were let go by the same report that raised something on them.
    var releasedAtOnce: Set<PointID> = []
    /// When inputs that settle went back to normal.
    var releases: [EventID: Int64] = [:]
    /// Whom what is told now is offered to.
    var offered: [EventID: [TargetID]] = [:]
    /// The walk test that goes on: its call, and when it is over at the latest.
    var test: (call: Int, end: Int64)?
    /// Points of which something was raised as a test.
    var touched: Set<PointID> = []
    /// Whether a test of the run before is to be ended.
    private var endsTest = false

    init(_ configuration: Configuration) {
        self.configuration = configuration
        points = Dictionary(uniqueKeysWithValues: configuration.points.map { ($0.id, $0) })
        presence = Presence(configuration.schedule)
    }

    /// What the journal was last told of the points.
    var memories: [PointID: PointMemory] = [:]

    /// For a while nobody foresees what the point says.
    mutating func free(_ point: PointID, at now: Int64) {
        inputs[point, default: Input()].freeUntil = now + 900_000_000_000
        faults.free(point)
    }

    func isFree(_ point: PointID?) -> Bool { point.flatMap { inputs[$0]?.freeUntil } != nil }

    /// Whether a door stands open of which nobody foresees when it was held open for too long.
    private func mayBeHeld(_ point: PointID) -> Bool {
        guard points[point]?.kind == .roomDoor, let memory = memories[point] else { return false }
        return memory.state == .active && memory.isTold != true
    }

    /// Goes on with what the booth says of points that rest by now.
    mutating func resumeFree(at moment: Moment) {
        for (id, input) in inputs {
            guard let end = input.freeUntil, end <= moment.boot.nanoseconds else { continue }
            guard !mayBeHeld(id) else {
                inputs[id]?.freeUntil = moment.boot.nanoseconds + 60_000_000_000
                continue
            }
            inputs[id]?.freeUntil = nil
            faults.resume(id)
            for timer in [Timer.onDelay(id), .stuck(id), .doorHeld(id), .gapRest(id), .held(id)] { set(timer, nil) }
            guard let memory = memories[id] else { continue }
            var resumed = Input(memory, points[id]?.kind, at: moment)
            resumed.isSeen = true
            inputs[id] = resumed
        }
    }

    /// Follows an incident by what is said of it, where nobody foresees that.
    mutating func follow(_ incident: Incident, at moment: Moment) {
        guard incident.isOpen, let before = stories[incident.id] else { return }
        var story = Story(incident, at: moment)
        story.isRecorded = before.isRecorded
        story.isOfOtherBoot = before.isOfOtherBoot
        // How far it is with each target is known without that.
        for holder in before.holders {
            if let index = story.holders.firstIndex(where: { $0.target == holder.target && $0.offer == holder.offer }) {
                story.holders[index].delivery = holder.delivery
            }
        }
        stories[incident.id] = story
        if story.announced == story.count { set(.announce(story.id), nil) }
        if story.isRestored { set(.settle(story.id), nil) }
        for holder in story.holders { offers[holder.offer] = story.id }
    }

    mutating func expect(_ fact: Fact) { expected[fact, default: 0] += 1 }

    // MARK: Timers

    mutating func set(_ timer: Timer, _ due: Int64?) {
        timers[timer] = due
        if let due { nextDue = min(nextDue, due) }
    }

    /// Takes the earliest timer that is due.
    mutating func takeDue(by now: Int64) -> (timer: Timer, due: Int64)? {
        guard nextDue <= now else { return nil }
        let first = timers.min { ($0.value, $0.key.rank) < ($1.value, $1.key.rank) }
        guard let first, first.value <= now else {
            nextDue = first?.value ?? .max
            return nil
        }
        timers[first.key] = nil
        return (first.key, first.value)
    }

    /// Time has come to `moment`: whatever was due by then has to be said now.
    ///
    /// - Returns: what comes too late.
    mutating func advance(to moment: Moment, lateness: Int64) -> [String] {
        let now = moment.boot.nanoseconds
        var problems: [String] = []
        while let (timer, due) = takeDue(by: now) {
            if due < now - lateness - 1_000_000, isStrict, !isFree(timer) {
                problems.append("\(timer) was due \((now - due) / 1_000_000) ms ago")
            }
            fire(timer, at: due, moment)
        }
        if endsTest {
            endsTest = false
            endTests(at: moment)
        }
        if let test, test.end <= now { endTest(at: moment) }
        return problems
    }

    private func isFree(_ timer: Timer) -> Bool {
        switch timer {
        case .settle(let id), .announce(let id), .escalate(let id), .remind(let id): isFree(stories[id]?.point)
        case .doorHeld(let point): presence.isUnsure || isFree(point)
        // Nothing follows from it where no letters lie in the box.
        case .overdue(let point): standing(on: point).isEmpty || isFree(point)
        case .onDelay(let point), .stuck(let point), .gapRest(let point), .held(let point):
            isFree(point)
        }
    }

    private mutating func fire(_ timer: Timer, at due: Int64, _ moment: Moment) {
        switch timer {
        case .settle(let id): restore(id, at: releases.removeValue(forKey: id) ?? due)
        case .announce(let id): announce(id)
        case .escalate(let id): escalate(id, at: due)
        case .remind(let id): remind(id, at: due)
        case .held(let point): heldStill(point, moment)
        case .onDelay(let point): onDelayOver(point, at: due)
        case .stuck(let point): stuckOver(point, at: due)
        case .doorHeld(let point): doorHeldOver(point, at: moment.at(BootTime(nanoseconds: due)))
        case .overdue(let point): overdueOver(point, at: due)
        case .gapRest(let point): faults.set(.edges(of: point), isLost: false)
        }
    }

    private mutating func announce(_ id: EventID) {
        guard let story = stories[id], story.announced < story.count else { return }
        stories[id]?.announced = story.count
        if !story.told.isEmpty { expect(.updated(id, .repeat)) }
    }

    // MARK: Stories

    func takers(of incidentClass: IncidentClass) -> [TargetID] {
        configuration.targets.filter { $0.accepts.contains(incidentClass) && !$0.isBackup }.map(\.id)
    }

    func backups(of incidentClass: IncidentClass) -> [TargetID] {
        configuration.targets.filter { $0.accepts.contains(incidentClass) && $0.isBackup }.map(\.id)
    }

    mutating func add(_ story: Story) {
        stories[story.id] = story
        order.append(story.id)
        if story.device == nil, let point = story.point, points[point]?.kind == .helpButton { presses.append(story.id) }
        for holder in story.holders { offers[holder.offer] = story.id }
    }

    /// It is closed: nothing more is to come of it.
    mutating func drop(_ id: EventID) {
        guard let story = stories.removeValue(forKey: id) else { return }
        order.removeAll { $0 == id }
        presses.removeAll { $0 == id }
        for holder in story.holders { offers[holder.offer] = nil }
        offers[story.opening] = nil
        for timer in [Timer.settle(id), .announce(id), .escalate(id), .remind(id)] { set(timer, nil) }
    }

    func standing(on point: PointID) -> [Story] {
        order.compactMap { stories[$0] }.filter { $0.point == point && $0.device == nil && !$0.isRestored }
    }

    // MARK: A start

    mutating func started(_ contents: JournalContents?, at moment: Moment) {
        let now = moment.boot.nanoseconds
        stories = [:]
        order = []
        presses = []
        offers = [:]
        inputs = [:]
        timers = [:]
        nextDue = .max
        expected = [:]
        steps = [:]
        (tested, touched, test) = ([], [], nil)
        wasIn = nil
        (raisedCounts, releasedAtOnce, releases, offered) = ([:], [], [:], [:])
        isStrict = contents != nil
        memories = [:]
        presence.started(contents?.memory, at: moment)
        tasks.started(contents)
        faults.started(contents)
        guard let contents else { return }
        for memory in contents.points {
            memories[memory.point] = memory
            inputs[memory.point] = Input(memory, points[memory.point]?.kind, at: moment)
        }
        for incident in contents.incidents {
            var story = Story(incident, at: moment)
            story.isRecorded = true
            add(story)
            if story.announced < story.count { set(.announce(story.id), now) }
            resumeClocks(of: story, at: now)
        }
        // A contact that chattered before the start is watched for a while before it counts as at rest.
        for incident in contents.incidents where incident.restored == nil {
            for point in configuration.points where incident.device == .chatter(of: point.id) {
                free(point.id, at: now)
            }
        }
        touched = Set(contents.points.filter { $0.isTouched == true }.map(\.point))
        endsTest = !touched.isEmpty || stories.values.contains { $0.isTest && $0.category != .test }
        resumeRestorations(at: now)
    }

    private mutating func resumeClocks(of story: Story, at now: Int64) {
        if let device = story.device, !story.isRestored, let point = story.point, device == .edges(of: point) {
            set(.gapRest(point), now)
        }
        guard !story.isOfOtherBoot else { return }
        if story.state == .raised, !story.isTest { set(.escalate(story.id), now) }
        // How long it has waited is asked when the time is told first: letters may be collected before.
        if story.state != .raised { set(.remind(story.id), now) }
        if story.category == .mail, let opened = story.opened, let point = story.point, !story.isRestored, !story.isTest
        {
            set(.overdue(point), max(now, opened + (points[point]?.rules.mailOverdue.nanoseconds ?? 0)))
        }
    }

    /// What is normal has nothing that still stands, but letters in a box.
    private mutating func resumeRestorations(at now: Int64) {
        for (id, input) in inputs where input.state == .normal {
            guard let point = points[id], point.kind != .mailSlot else { continue }
            for story in standing(on: id) { set(.settle(story.id), now) }
        }
    }
}

extension Foresight.Input {
    init(_ memory: PointMemory, _ kind: PointKind?, at moment: Moment) {
        state = memory.state
        switch memory.state {
        case .active: isActive = true
        case .cut, .short: isActive = memory.wasActive ?? false
        case .normal, .unknown: isActive = false
        }
        bound = memory.incident
        if memory.lastEdge?.bootID == moment.bootID { lastEdge = memory.lastEdge?.boot.nanoseconds }
        isTold = memory.isTold ?? false
        if memory.since.bootID == moment.bootID { since = memory.since.boot.nanoseconds }
    }
}
