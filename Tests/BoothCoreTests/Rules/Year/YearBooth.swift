// SPDX-License-Identifier: Apache-2.0
import BoothModel

@testable import BoothCore

/// A booth that lives a year: what is true of its inputs, what its rules decide, and what a journal keeps of that.
struct YearBooth {
    static let start: Int64 = 1_767_225_600_000

    let configuration: Configuration
    private(set) var rules: IncidentRules
    private(set) var journal = YearJournal()
    private(set) var findings = YearFindings()
    /// What is true of the inputs.
    private var physical: [PointID: PointState] = [:]
    private var counters: [PointID: Int] = [:]
    private var lost: Set<DeviceID> = []
    private var now: Int64 = 0
    private var bootedAt: Int64 = -30_000
    private var boots = 1
    /// Until then the board has no power.
    private var darkUntil: Int64?
    private var clock = ClockState.synced
    private var skew: Int64 = 0
    /// What the journal held when the agent began without it; nil: it has it.
    private var unread: YearJournal.Content?
    private var startsBlind = false

    init() {
        configuration = Self.configuration
        rules = IncidentRules(configuration: configuration, ids: EventIDGenerator(after: 0))
    }

    private static var configuration: Configuration {
        var police = RehearsedBooth.target("police", [.police, .fault])
        police.hasAuthority = true
        var backup = RehearsedBooth.target("backup", [.police])
        backup.isBackup = true
        var counting = RehearsedBooth.point("help-3", .helpButton)
        var register = ModbusSource(
            bus: "inside", unit: 1, table: .inputRegister, address: 3, poll: .milliseconds(200))
        register.counter = true
        counting.source = .modbus(register)
        let gate = Classification("gate", .community, .fault)
        let points: [PointConfiguration] =
            [
                RehearsedBooth.help, RehearsedBooth.point("help-2", .helpButton), counting,
                RehearsedBooth.point("duress-1", .duressButton), RehearsedBooth.point("tamper-1", .tamper),
                RehearsedBooth.point("gate", .contact, classification: gate), RehearsedBooth.roomDoor,
                RehearsedBooth.point("street-door", .streetDoor), RehearsedBooth.point("mail-slot", .mailSlot),
                RehearsedBooth.point("mail-door", .mailDoor), RehearsedBooth.point("mains", .mainsPower),
            ]
        var configuration = RehearsedBooth(
            points, targets: [police, RehearsedBooth.target("grid", [.community]), backup],
            attended: [
                .init(day: .tuesday, minutes: 510..<690), .init(day: .thursday, minutes: 840..<1020),
            ], answers: true
        ).configuration
        configuration.outputs = [output("siren", .task), output("help-lamp", .help)]
        return configuration
    }

    private static func output(_ id: String, _ shows: OutputConfiguration.Shows) -> OutputConfiguration {
        let coil = ModbusSource(bus: "inside", unit: 1, table: .coil, address: 0, poll: .milliseconds(200))
        return OutputConfiguration(id: id, shows: shows, sink: .modbus(coil))
    }

    // MARK: Time

    var moment: Moment { moment(at: now) }

    private func moment(at time: Int64) -> Moment {
        let wall = Self.start + time + skew
        return Moment(
            boot: BootTime(nanoseconds: (time - bootedAt) * 1_000_000), wallMilliseconds: wall,
            in: .ofProcess, clock: clock, bootID: "boot-\(boots)")
    }

    /// Lets time pass, deadline by deadline.
    mutating func pass(to time: Int64) throws {
        if let end = darkUntil {
            guard time >= end else {
                now = time
                return
            }
            darkUntil = nil
            now = end
            try start()
        }
        let end = moment(at: time).boot
        var rounds = 0
        while let deadline = rules.nextDeadline, deadline <= end {
            // To the millisecond above: the test's clock has no finer ones.
            let then = bootedAt + (deadline.nanoseconds + 999_999) / 1_000_000
            rounds = then > now ? 0 : rounds + 1
            now = max(now, then)
            keep(rules.advance(to: moment))
            guard rounds < 200 else { return findings.note("time stands still at \(now)") }
        }
        now = time
    }

    // MARK: Steps

    mutating func live(_ steps: [(at: Int64, step: YearStep)]) throws {
        try start()
        for (number, (time, step)) in steps.enumerated() {
            try pass(to: time)
            if number % 10 == 0 { findings.check(rules) }
            if darkUntil == nil { try take(step) } else { miss(step) }
        }
        try pass(to: YearScript.length + 2 * 86_400_000)
    }

    /// What the world does while the agent is off.
    private mutating func miss(_ step: YearStep) {
        switch step {
        case .read(let point, let state): physical[point] = state
        case .count(let point, let count): counters[point, default: 0] += count
        case .lose(let device): lost.insert(device)
        case .find(let device): lost.remove(device)
        case .clock(let state, let skew): (clock, self.skew) = (state, skew)
        default: break
        }
    }

    private mutating func take(_ step: YearStep) throws {
        switch step {
        case .read(let point, let state): read(point, state)
        case .count(let point, let count):
            counters[point, default: 0] += count
            tellCounter(of: point)
        case .miss(let point, let count):
            keep(rules.apply(MissedEdges(point: point, count: count, at: moment.boot), at: moment))
        case .lose(let device):
            lost.insert(device)
            tellDevice(device)
        case .find(let device):
            lost.remove(device)
            tellDevice(device)
        case .link(let target, let stands):
            keep(rules.setFault(.link, of: .target(target), stands: stands, at: moment))
        case .clock(let state, let skew):
            (clock, self.skew) = (state, skew)
            keep(rules.clockChanged(at: moment))
        case .beginTest:
            rules.beginTest(of: ["help-1", "gate", "mail-slot", "room-door"])
            findings.testBegan()
        case .endTest: keep(rules.endTest(at: moment))
        case .restart: try start()
        case .reboot(let dark):
            journal.cutPower()
            findings.bootEnded()
            darkUntil = now + dark.milliseconds
        case .blind(let dark):
            startsBlind = true
            guard let dark else { return try start() }
            journal.cutPower()
            findings.bootEnded()
            darkUntil = now + dark.milliseconds
        case .recall: try recall()
        case .receipt, .late, .task, .acknowledge, .close: hear(step)
        }
    }

    private mutating func recall() throws {
        guard let content = unread else { return }
        unread = nil
        if let before = content.points["help-3"]?.counter?.value, let first = rules.blind.sights["help-3"]?.counter {
            let more = first - before
            findings.activated("help-3", more <= 20 ? more : first <= 20 ? first : 1)
        }
        let decision = rules.recall(
            points: try journal.reread(Array(content.points.values)),
            incidents: try journal.reread(content.incidents.values.filter(\.isOpen).sorted { $0.id < $1.id }),
            memory: try journal.reread(content.memory), tasks: try journal.reread(Array(content.tasks.suffix(1000))),
            lastKey: content.lastKey, at: moment)
        findings.recalled(decision)
        keep(decision)
        // What is due of before is due at once.
        keep(rules.advance(to: moment))
        findings.checkCauses(rules)
    }

    /// Starts the agent; on another boot where the board was dark.
    private mutating func start() throws {
        if findings.isAfterBoot {
            boots += 1
            bootedAt = now - 20_000
            findings.isAfterBoot = false
        }
        if startsBlind {
            startsBlind = false
            unread = journal.content
            findings.wentBlind()
            rules = IncidentRules(configuration: configuration, ids: EventIDGenerator(after: 0))
        } else {
            rules = try journal.rules(configuration)
        }
        findings.restarted(with: journal.content)
        for device in lost.sorted(by: { $0.rawValue < $1.rawValue }) { tellDevice(device) }
        for point in configuration.points {
            if point.countingRegister != nil {
                tellCounter(of: point.id)
            } else if let before = unread?.points[point.id], before.isActive(as: point.kind) {
                lookAgain(at: point.id)
            } else {
                read(point.id, physical[point.id] ?? .normal)
            }
        }
    }

    private mutating func read(_ point: PointID, _ state: PointState) {
        physical[point] = state
        findings.read(point, state, in: journal.content, at: now)
        keep(rules.apply(Reading(point: point, state: state, value: 0, quality: .good, at: moment.boot), at: moment))
    }

    /// The first reading of an input that was active before, of which the agent does not know.
    private mutating func lookAgain(at point: PointID) {
        let state = physical[point] ?? .normal
        findings.read(point, state, in: journal.content, at: now)
        let decision = rules.apply(
            Reading(point: point, state: state, value: 0, quality: .good, at: moment.boot), at: moment)
        findings.claimed(point, decision, at: now)
        keep(decision)
    }

    private mutating func tellCounter(of point: PointID) {
        let value = counters[point, default: 0]
        if unread != nil, rules.inputs[point] == nil {
            // The first value is where its driver begins.
            let reading = Reading(point: point, state: .normal, value: value, quality: .good, at: moment.boot)
            return keep(rules.apply(reading, at: moment))
        }
        let more = value - (rules.inputs[point]?.counter ?? 0)
        guard more > 0 else { return }
        findings.activated(point, more)
        keep(rules.apply(CountedPresses(point: point, count: more, value: value, at: moment.boot), at: moment))
    }

    private mutating func tellDevice(_ device: DeviceID) {
        let silent = DeviceFault(.silent, Message(zh: "无应答", en: "no answer"))
        let condition: DeviceReport.Condition = lost.contains(device) ? .lost(silent) : .found
        keep(rules.apply(DeviceReport(device: device, condition: condition, at: moment.boot), at: moment))
    }

    // MARK: What is said to it

    private mutating func hear(_ step: YearStep) {
        switch step {
        case .receipt(let choice, let reply):
            guard let offer = findings.pick(choice, findings.waiting(in: journal.content)) else { return }
            answer(offer, reply, choice)
        case .late(let choice, let reply):
            guard let offer = findings.pick(choice, findings.told(in: journal.content)) else { return }
            answer(offer, reply, choice)
        // Without the journal nobody knows which tasks were executed.
        case .task(let task, let target): if unread == nil { take(task, from: target) }
        case .acknowledge(let choice):
            guard let id = chosen(choice) else { return }
            if case .success(let decision) = rules.acknowledge(id, by: .officer("zhang"), at: moment) { keep(decision) }
        case .close(let choice):
            guard let id = chosen(choice) else { return }
            if case .success(let decision) = rules.close(id, outcome: "done", by: .officer("zhang"), at: moment) {
                keep(decision)
            }
        default: break
        }
    }

    private mutating func answer(_ offer: YearFindings.Offer, _ reply: YearStep.Reply, _ choice: Int) {
        let (event, target) = (offer.event, offer.target)
        switch reply {
        case .sent: keep(rules.apply(.sent, for: event, from: target, at: moment))
        case .returned: keep(rules.apply(.returned, for: event, from: target, at: moment))
        case .accepted: keep(rules.apply(.accepted(ticket: "JQ\(choice)"), for: event, from: target, at: moment))
        case .rejected: keep(rules.apply(.rejected, for: event, from: target, at: moment))
        case .reroute(let incidentClass):
            let id = rules.incident(of: event)
            if choice % 2 == 0 { keep(rules.apply(.rejected, for: event, from: target, at: moment)) }
            guard let id else { return }
            keep(rules.reroute(id, for: event, to: incidentClass, by: target, at: moment))
        }
    }

    private mutating func take(_ task: YearTask, from target: TargetID) {
        let order = order(of: task)
        let wall = moment.wallMilliseconds
        let asked = PlatformTask(
            id: task.id, kind: "kind", expires: WallTime(milliseconds: task.isExpired ? wall - 1 : wall + 60_000),
            order: order)
        findings.willTake(asked, from: target)
        keep(rules.apply([asked], cursor: "c\(now)", from: target, at: moment))
    }

    private func order(of task: YearTask) -> PlatformTask.Order {
        let wall = moment.wallMilliseconds
        func until(_ hours: Int64?) -> WallTime? { hours.map { WallTime(milliseconds: wall + $0 * 3_600_000) } }
        let stranger = EventID(key: 77, random: 77)
        return switch task.order {
        case .incident(let choice, let state):
            .incident(chosen(choice) ?? stranger, state: state, ticket: "T\(choice)", note: "note \(task.number)")
        case .reroute(let choice, let incidentClass): .reroute(chosen(choice) ?? stranger, incidentClass)
        case .stranger: .incident(stranger, state: .closed, ticket: nil, note: nil)
        case .arm(let hours): .arm(until: until(hours))
        case .disarm(let hours): .disarm(until: until(hours))
        case .output(let name): .output(name, isOn: true, span: .seconds(task.number + 1))
        case .test: .test
        case .malformed: .malformed("kind is missing")
        }
    }

    private func chosen(_ choice: Int) -> EventID? {
        findings.pick(choice, findings.open(in: journal.content, isComparable: choice % 6 != 0))
    }

    private mutating func keep(_ decision: Decision) {
        findings.take(decision, after: journal.content)
        journal.take(decision)
    }

    /// Every platform answers, and every incident is closed.
    mutating func settleEverything() throws {
        for _ in 0..<3 {
            for offer in findings.unsettled(in: journal.content) {
                keep(rules.apply(.accepted(ticket: nil), for: offer.event, from: offer.target, at: moment))
            }
            for id in rules.live.keys.sorted() {
                if case .success(let decision) = rules.close(id, outcome: "end", by: .agent, at: moment) {
                    keep(decision)
                }
            }
        }
        try pass(to: now + 40 * 86_400_000)
    }
}
