// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// Looks at every step whether what the core does is what has to follow. It stops at the first thing that is wrong: what
/// comes after it may follow from it.
package struct Judge {
    /// What is wrong, in words, with the step's place in time.
    package private(set) var findings: [String] = []
    let configuration: Configuration
    var foresight: Foresight
    var life = LifeRule()
    var ledger = Ledger()
    var numbers = NumberRule()
    var outputs: OutputRule
    var calls = CallRule()
    var reports = ReportRule()
    var clock = ClockRule()
    var heartbeats: HeartbeatRule
    var rejections = RejectionRule()
    /// Of every event: two runs of one history have the same.
    package private(set) var digest: UInt64 = 14_695_981_039_346_656_037
    /// Calls for help among the events of this input.
    private var help: Set<EventID> = []
    private var now = Moment(
        boot: BootTime(nanoseconds: 0), wallMilliseconds: 0, in: WorldClock.zone, clock: .unsynced,
        bootID: "")
    private var storage = StorageState.ok
    private var isStorageWell = true
    /// Incidents that were open when the process began, or when its journal came.
    private var openBefore = 0

    /// Whether the effects are shown that follow a finding.
    nonisolated(unsafe) static var showsEffects = false

    init(_ plan: BoothPlan) {
        configuration = plan.configuration
        foresight = Foresight(plan.configuration)
        outputs = OutputRule(plan.configuration)
        heartbeats = HeartbeatRule(plan.configuration)
    }

    mutating func note(_ problem: String) {
        findings.append("\(now.bootID) +\(Double(now.boot.milliseconds) / 1000) s: \(problem)")
    }

    private mutating func note(_ problem: String?) { if let problem { note(problem) } }

    // MARK: What the world asks

    /// Incidents that are open, oldest first.
    var openIncidents: [EventID] { foresight.order }

    func openIncident(_ choice: Int) -> EventID? {
        foresight.order.isEmpty ? nil : foresight.order[choice % foresight.order.count]
    }

    func isHelp(_ event: JournalEntry.Event) -> Bool { help.contains(event.id) }

    // MARK: Starts and ends

    mutating func started(_ contents: JournalContents?, at moment: Moment) {
        now = moment
        openBefore = contents?.incidents.count ?? 0
        storage = .ok
        isStorageWell = contents?.status.storage == .ok
        foresight.started(contents, at: moment)
        life.started(contents)
        numbers.started(contents)
        outputs.started(at: moment)
        calls = CallRule()
        reports.started(contents, at: moment)
        rejections.started(contents)
        clock.started(at: moment)
        heartbeats.started(at: moment)
    }

    mutating func ended() { ledger.ended() }

    mutating func lost(_ deliveries: [(target: TargetID, event: EventID)]) { ledger.lost(deliveries) }

    // MARK: What the journal does

    mutating func recorded(_ events: [JournalEntry.Event]) { ledger.recorded(events) }

    mutating func putBack(_ deliveries: [(target: TargetID, event: EventID)]) { ledger.putBack(deliveries) }

    /// The contact of a point does not rest for a while: what comes of that is not foreseen.
    mutating func willChatter(_ point: PointID, at time: BootTime) { foresight.free(point, at: time.nanoseconds) }

    /// Help goes before everything that waits beside it.
    mutating func handedOut(_ batch: [ModelFile.Delivery], to target: TargetID) {
        var hasOther = false
        for delivery in batch {
            if delivery.isHelp, hasOther { note("a call for help goes to \(target) behind something else") }
            if !delivery.isHelp { hasOther = true }
        }
    }

    // MARK: An input

    mutating func judge(_ input: Input, _ effects: [Effect], at moment: Moment, lateness: Int64) {
        now = moment
        if case .journal(.contents(let contents)) = input { recall(contents) }
        foresee(input, lateness)
        // What is due is due when nothing waits to be told.
        let isTime = if case .time = input { true } else { false }
        if isTime { for problem in foresight.advance(to: moment, lateness: lateness) { note(problem) } }
        var facts: [Fact: Int] = [:]
        var settlements: [JournalEntry.Settlement] = []
        help.removeAll(keepingCapacity: true)
        for effect in effects {
            switch effect {
            case .record(let entry):
                judge(entry, input, &facts)
                settlements += entry.settlements
            case .drive(let output, let isOn): note(outputs.drive(output.id, isOn: isOn))
            case .reply(let call, let answer): note(calls.reply(answer, to: call, after: input))
            case .sendStatus(_, _, let target): note(heartbeats.sent(to: target, at: moment, lateness))
            case .makeReport(let order): note(reports.ordered(order, at: moment))
            default: break
            }
        }
        compare(facts)
        if Self.showsEffects, !findings.isEmpty {
            print("after \(input):")
            for effect in effects { print("   \(effect)") }
        }
        note(ledger.settled(settlements, after: input))
        for settlement in settlements {
            let device = foresight.offers[settlement.event].flatMap { foresight.stories[$0]?.device }
            let isAboutOthers = device?.rawValue.hasPrefix("rejected:") != true
            rejections.settled(settlement, isAboutOthers: isAboutOthers)
        }
        if isTime { judgeDuties() }
        judgeState()
    }

    private mutating func foresee(_ input: Input, _ lateness: Int64) {
        let time = now.boot.nanoseconds
        foresight.resumeFree(at: now)
        switch input {
        case .sensors(let reports): for report in reports { foresee(report) }
        case .recorded(let events, _): foresight.recorded(events)
        case .reached(let token, let isOnDisk):
            if case .tasks(let target, _, _) = token { outputs.take(&foresight.tasks, of: target, at: time) }
            calls.reached(isOnDisk)
        case .answered(let answer): foresee(answer)
        case .target(let report): foresee(report)
        case .journal(let report): foresee(report)
        case .call(let id, let call, _, _): foresee(call, id)
        case .callEnded(let id): if foresight.test?.call == id { foresight.endTest(at: now) }
        case .report(let report, .day(let day)):
            if report != nil, reports.isDue(day, at: now) { foresight.expect(.dailyReport) }
        case .inService: outputs.enterService()
        case .begin, .stopping, .time, .report, .busLent, .busRead, .clockSet,
            .reloadWanted, .configurationRead, .loops:
            break
        }
        if lateness > 0, foresight.presence.isIn(at: now) != foresight.wasIn {
            for point in configuration.points where point.kind == .roomDoor { foresight.free(point.id, at: time) }
        }
        foresight.watchPresence(at: now)
    }

    private mutating func foresee(_ report: SensorReport) {
        switch report {
        case .reading(let reading): foresight.read(reading, at: now.at(reading.at))
        case .counted(let presses): foresight.counted(presses, at: now.at(presses.at))
        case .device(let report):
            let isLost = if case .lost = report.condition { true } else { false }
            foresight.faults.set(report.device, isLost: isLost)
        case .missed(let missed): foresight.missed(missed)
        case .flood(let point, _): foresight.free(point, at: now.boot.nanoseconds)
        }
    }

    private mutating func foresee(_ answer: JournalAnswer) {
        switch answer {
        case .incidentOf(let receipt, let target, let incident):
            foresight.receiveLate(receipt, of: incident, from: target, at: now)
        case .retried(let back, _, _):
            for row in back ?? [] { foresight.putBack(row.event, of: row.target) }
        case .recentEvents, .incidents, .incident, .refusedIncident, .queues, .verified: break
        }
    }

    private mutating func foresee(_ report: UplinkReport) {
        switch report {
        case .sending(let target, let events): foresight.note(.sent, of: events, by: target)
        case .returned(let target, let events): foresight.note(.queued, of: events, by: target)
        case .receipts(let target, let receipts): foresight.receive(receipts, from: target, at: now)
        case .tasks(let target, let items, _): foresight.take(items, from: target, at: now)
        case .link(let target, .ok): foresight.faults.set(.target(target), isLost: false)
        case .link(let target, .refused): foresight.faults.set(.target(target), isLost: true)
        case .link, .ready, .taskLink: break
        }
    }

    private mutating func foresee(_ report: JournalReport) {
        switch report {
        case .status(let status):
            isStorageWell = status.storage == .ok
            rejections.heard(status, &foresight.faults)
            guard !status.storage.isSameKind(as: storage) else { return }
            storage = status.storage
            foresight.faults.set(.storage, isLost: storage != .ok)
        case .lost(let losses): for _ in Set(losses.values) { foresight.expect(.loss) }
        case .contents, .renewed, .recorded, .batch: break
        }
    }

    private mutating func foresee(_ call: ControlCall, _ id: Int) {
        calls.called(id)
        switch call {
        case .act(.acknowledge(let incident)):
            if foresight.stories[incident] != nil { foresight.expect(.updated(incident, .acknowledged)) }
        case .act(.close(let incident, _)): foresight.close(incident)
        case .act(.arm): if foresight.presence.arm(until: nil, at: now) == nil { foresight.watchPresence(at: now) }
        case .act(.disarm(let until)):
            if foresight.presence.disarm(until: until, at: now) == nil { foresight.watchPresence(at: now) }
        case .test(let point): foresight.beginTest(of: point, call: id, at: now.boot.nanoseconds)
        default: break
        }
    }

    // MARK: Entries

    private mutating func judge(_ entry: JournalEntry, _ input: Input, _ facts: inout [Fact: Int]) {
        let isJoining = if case .journal(.contents) = input { true } else { false }
        note(life.judge(entry, isJoining: isJoining || !foresight.isStrict))
        for memory in entry.points { foresight.memories[memory.point] = memory }
        for event in entry.events {
            note(numbers.judge(event.id))
            fold(event)
            let text = EventText(event.event)
            let incident = event.incident.flatMap { id in entry.incidents.last { $0.id == id } }
            judgePriority(of: event, text, incident)
            guard let fact = Fact(text, incident) else {
                note("an event that says nothing: \(event.event.json)")
                continue
            }
            facts[fact, default: 0] += 1
            ledger.told(event, isLoss: text.type == .loss)
            hear(event, text, fact, incident)
        }
        for incident in entry.incidents {
            let isOfOtherBoot = foresight.stories[incident.id]?.isOfOtherBoot == true
            if foresight.isFree(incident.point) || !foresight.isStrict || isOfOtherBoot {
                foresight.follow(incident, at: now)
            }
            let isFollowed = foresight.stories[incident.id]?.count == incident.count || !incident.isOpen
            if !isFollowed, foresight.isStrict {
                note(
                    "\(incident.category) counts \(incident.count) activations instead of "
                        + "\(foresight.stories[incident.id]?.count ?? 0)")
            }
        }
    }

    /// What an event means for whatever is to come.
    private mutating func hear(
        _ event: JournalEntry.Event, _ text: EventText, _ fact: Fact, _ incident: Incident?
    ) {
        switch fact {
        case .raised:
            guard let incident else { return note("raised without its incident") }
            let takers = foresight.takers(of: incident.incidentClass)
            if event.recipients != takers { note("\(incident.category) is told to \(event.recipients)") }
            if let device = incident.device { note(foresight.faults.raised(device, incident.id)) }
            foresight.raised(incident, at: now)
        case .updated(let id, let reason):
            guard let story = foresight.stories[id] else { return }
            if let step = foresight.steps.removeValue(forKey: id), reason == .escalated, step != text.step {
                note("\(story.category) is at step \(step), and step \(text.step ?? 0) was told")
            }
            if reason == .escalated, story.isTest { note("a test was escalated") }
            foresight.offered(id, by: event.id)
        case .restored(let id):
            if let device = incident?.device { note(foresight.faults.restored(device, id)) }
            foresight.heardRestored(id)
        case .closed(let id):
            // Faults that nobody closes are closed by the agent, beyond a thousand.
            if foresight.stories[id] != nil {
                if let device = incident?.device { foresight.faults.closed(device, id) }
                foresight.drop(id)
            }
        case .taskDone: judgeTask(text)
        case .record, .dailyReport, .loss: break
        }
    }

    private mutating func judgeTask(_ text: EventText) {
        guard foresight.isStrict, let task = text.task, let target = text.target,
            let due = foresight.tasks.due.removeValue(forKey: .init(target: TargetID(rawValue: target), id: task))
        else { return }
        let isDone = text.result == "done"
        if isDone != (due.refusal == nil) || !(text.reason ?? "").hasPrefix(due.refusal ?? "") {
            note("task \(task) is \(text.result ?? "") \(text.reason ?? ""), and not \(due.refusal ?? "done")")
        }
    }

    /// How urgent each is (docs/incidents.md, and the table of conditions of the formats).
    private mutating func judgePriority(of event: JournalEntry.Event, _ text: EventText, _ incident: Incident?) {
        let expected: Int
        if let incident, text.type != .taskDone {
            let isReminder = text.type == .incidentUpdated && text.reason == "escalated" && text.state != "raised"
            expected = isReminder ? 4 : Self.urgency[incident.category] ?? 3
            if expected == 1 { help.insert(event.id) }
        } else {
            expected = text.type == .loss ? 1 : 4
            // What was lost may have been a call for help.
            if expected == 1 { help.insert(event.id) }
        }
        if event.priority.rawValue != expected {
            note(
                "\(text.type?.rawValue ?? "") of \(incident?.category.rawValue ?? "") has priority \(event.priority.rawValue)"
            )
        }
    }

    private static let urgency: [Category: Int] = [
        .help: 1, .duress: 1, .intrusion: 2, .tamper: 2, .mailTamper: 3, .doorHeld: 3, .power: 3, .sensor: 3, .link: 3,
        .storage: 3, .gap: 3, .configuration: 3, "gate": 3, .mail: 4, .mailOverdue: 4, .clock: 4, .test: 4,
    ]

    private mutating func fold(_ event: JournalEntry.Event) {
        for word in [
            UInt64(bitPattern: event.id.key), event.id.random, UInt64(event.event.json.utf8.count),
            UInt64(event.recipients.count),
        ] { digest = (digest ^ word) &* 1_099_511_628_211 }
    }

    // MARK: Foreseen and said

    private mutating func compare(_ facts: [Fact: Int]) {
        defer {
            foresight.expected.removeAll(keepingCapacity: true)
            foresight.steps.removeAll(keepingCapacity: true)
            foresight.raisedCounts.removeAll(keepingCapacity: true)
            foresight.releasedAtOnce.removeAll(keepingCapacity: true)
            foresight.tasks.due.removeAll(keepingCapacity: true)
        }
        guard foresight.isStrict else { return }
        for (fact, count) in foresight.expected where facts[fact, default: 0] < count && !isFree(fact) {
            note("\(fact) has to follow, and did not")
        }
        for (fact, count) in facts where foresight.expected[fact, default: 0] < count && !isFree(fact) {
            note("\(fact) was said \(count) times, \(foresight.expected[fact, default: 0]) were due")
        }
    }

    /// Whether nobody can foresee it.
    private func isFree(_ fact: Fact) -> Bool {
        switch fact {
        // Faults have a book of their own.
        case .raised(_, .some, _, _): return true
        case .raised(let point, nil, let category, _):
            let dependsOnPresence = [.intrusion, .mailTamper, .doorHeld].contains(category)
            return foresight.isFree(point) || (dependsOnPresence && foresight.presence.isUnsure)
                || (category == .mailOverdue && foresight.hasOldLetters)
        case .record(let point, _): return foresight.isFree(point) || foresight.presence.isUnsure
        case .updated(let id, let reason):
            guard let story = foresight.stories[id] else { return life.isOfFault(id) }
            return foresight.isFree(story.point) || (reason == .escalated && story.isOfOtherBoot)
        case .restored(let id): return life.isOfFault(id) || life.point(of: id).map { foresight.isFree($0) } ?? false
        case .closed(let id): return life.isOfFault(id)
        case .taskDone, .dailyReport, .loss: return false
        }
    }

    private mutating func judgeDuties() {
        note(heartbeats.judge(at: now))
        if foresight.isStrict { note(reports.judge(at: now)) }
    }

    private mutating func judgeState() {
        guard foresight.isStrict else { return }
        if now.clock == .synced { foresight.faults.endClosed(.clock) }
        note(foresight.faults.check())
        note(clock.judge(foresight.faults.isTold(.clock), at: now))
        note(outputs.judge(foresight, isStorageWell: isStorageWell, at: now))
    }

    /// The journal came late: what it remembers and what this run saw are made one.
    private mutating func recall(_ contents: JournalContents) {
        openBefore = contents.incidents.count
        life.recall(contents)
        numbers.recall(contents)
        reports.recall(contents)
        rejections.started(contents)
    }

    /// What the core keeps in memory is bounded by what is open, and by what waits for a receipt.
    ///
    /// - Parameter recorded: open incidents that the journal has, which a run that began without it may not have heard of.
    mutating func weigh(_ core: BoothCore, recorded: Int) {
        note(
            WeightRule.judge(
                core, open: max(foresight.order.count, recorded), owed: ledger.owedCount, before: openBefore))
    }

    // MARK: The end

    /// Everything was well for two days: nothing may wait.
    mutating func end(_ journal: ModelJournal, _ targets: [ModelTarget]) {
        for target in targets where target.hasUnreadTasks { note("tasks of \(target.id) were never asked for") }
        note(ledger.end(journal))
        note(calls.end())
    }
}
