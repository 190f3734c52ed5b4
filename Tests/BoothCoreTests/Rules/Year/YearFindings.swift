// SPDX-License-Identifier: Apache-2.0
import BoothModel

@testable import BoothCore

/// What is counted in a year beside the rules, and what was found wrong.
struct YearFindings {
    typealias Content = YearJournal.Content

    /// An event that told a target of an incident.
    struct Offer {
        var incident: EventID
        var event: EventID
        var target: TargetID
    }

    private(set) var wrongs: [String] = []
    private(set) var events: [BoothEvent] = []
    /// Incidents in the order in which they were raised.
    private(set) var order: [EventID] = []
    /// Activations that a point's input had while the agent ran.
    private(set) var activations: [PointID: Int] = [:]
    private(set) var letters = 0
    /// How often a plain contact was normal again while its incident was open.
    private(set) var endings: [PointID: Int] = [:]
    private(set) var answers: [String: Int] = [:]
    private(set) var executions: [String: Int] = [:]
    var isAfterBoot = false

    private var states: [PointID: PointState] = [:]
    private var lastLetterEdge: Int64?
    private var raised: Set<EventID> = []
    /// Those of `order` that are not closed.
    private var open: [EventID] = []
    private var closed: Set<EventID> = []
    private var offers: [EventID: [Offer]] = [:]
    private var lastStep: [EventID: (step: Int, epoch: Stamp?)] = [:]
    private var handovers: [EventID: Int] = [:]
    private var taken: (task: PlatformTask, target: TargetID)?

    mutating func note(_ wrong: String) {
        if wrongs.count < 20 { wrongs.append(wrong) }
    }

    // MARK: What is true

    mutating func read(_ point: PointID, _ state: PointState, in content: Content, at time: Int64) {
        let was = states.updateValue(state, forKey: point) ?? .normal
        guard (was == .normal) != (state == .normal) else { return }
        if state == .normal {
            let stands = open.lazy.compactMap { content.incidents[$0] }.contains {
                $0.point == point && $0.device == nil && $0.restored == nil
            }
            if stands { endings[point, default: 0] += 1 }
            return
        }
        activations[point, default: 0] += 1
        switch point {
        case "mail-slot":
            if lastLetterEdge.map({ time - $0 >= 10_000 }) ?? true { letters += 1 }
            lastLetterEdge = time
        case "mail-door": lastLetterEdge = nil
        default: break
        }
    }

    mutating func activated(_ point: PointID, _ count: Int) { activations[point, default: 0] += count }

    /// The power went: what the agent believed of its inputs is what the journal has.
    mutating func bootEnded() {
        lastLetterEdge = nil
        isAfterBoot = true
    }

    mutating func restarted(with content: Content) {
        for (point, memory) in content.points { states[point] = memory.state }
    }

    /// The next letter is another one than the last, however close.
    mutating func testBegan() { lastLetterEdge = nil }

    /// What a test leaves as it should not be is raised in earnest.
    private mutating func noteTestEnds(_ events: [BoothEvent]) {
        let ended = events.compactMap(\.incident).filter { $0.closing?.outcome == "test" && $0.restored == nil }
        let points = Set(ended.compactMap(\.point))
        if points.contains("mail-slot") { lastLetterEdge = nil }
        for event in events {
            guard case .raised(let incident) = event.content, let point = incident.point, points.contains(point),
                incident.device == nil, incident.category != .doorHeld
            else { continue }
            activated(point, 1)
        }
    }

    mutating func willTake(_ task: PlatformTask, from target: TargetID) { taken = (task, target) }

    // MARK: Without the journal

    /// Incidents and records of inputs that were active before, raised as nobody knew that.
    private var claims: Set<EventID> = []

    /// The next edge is a letter, however close the last one was.
    mutating func wentBlind() { lastLetterEdge = nil }

    /// What the first look at an input led to that was active before.
    mutating func claimed(_ point: PointID, _ decision: Decision, at time: Int64) {
        for event in decision.events {
            switch event.content {
            case .raised(let incident) where incident.point == point && incident.device == nil:
                claims.insert(incident.id)
                claim(point, 1)
                if point == "mail-slot" { lastLetterEdge = time }
            case .record(point, .active): claim(point, 1)
            default: break
            }
        }
    }

    private mutating func claim(_ point: PointID, _ count: Int) {
        if point == "mail-slot" { letters += count } else { activated(point, count) }
    }

    /// What was opened twice is one again.
    mutating func recalled(_ decision: Decision) {
        for incident in decision.events.compactMap(\.incident) where incident.isTwin && claims.contains(incident.id) {
            if let point = incident.point { claim(point, -1) }
        }
    }

    /// One thing that stands is one incident, and whoever has not answered is waited for.
    mutating func checkCauses(_ rules: IncidentRules) {
        let standing = rules.live.values.filter { $0.isOpen && $0.restored == nil && $0.category != .test }
        let causes = Dictionary(grouping: standing) {
            "\($0.point?.rawValue ?? "") \($0.device?.rawValue ?? "") \($0.category) \($0.test)"
        }
        for (cause, incidents) in causes where incidents.count > 1 { note("twice: \(cause)") }
        for incident in rules.live.values where incident.state == .raised && !incident.test {
            let isWaited = rules.timers[.escalate(incident.id)] != nil
            if !isWaited, incident.escalations < rules.settings.escalate.count { note("nobody waits for an answer") }
        }
        for incident in standing {
            guard let device = incident.device else { continue }
            if rules.faults[device]?.incident != incident.id { note("an incident without its fault: \(device)") }
        }
    }

    // MARK: What is decided

    mutating func take(_ decision: Decision, after content: Content) {
        for event in decision.events { take(event) }
        noteTestEnds(decision.events)
        for incident in decision.incidents { check(incident, before: content.incidents[incident.id], in: decision) }
        for record in decision.tasks { answers["\(record.target) \(record.id)", default: 0] += 1 }
        for output in decision.outputs { executions["\(output.output) \(output.span ?? .zero)", default: 0] += 1 }
        checkRefusal(decision)
        events += decision.events
    }

    private mutating func take(_ event: BoothEvent) {
        guard let incident = event.incident else { return }
        if closed.contains(incident.id) { note("\(event.short) after it was closed") }
        switch event.content {
        case .raised:
            if !raised.insert(incident.id).inserted { note("raised twice: \(event.short)") }
            order.append(incident.id)
            open.append(incident.id)
        case .closed:
            closed.insert(incident.id)
            open.removeAll { $0 == incident.id }
        case .updated(_, let reason):
            if !raised.contains(incident.id) { note("updated before it was raised: \(event.short)") }
            if reason == .escalated { checkStep(of: incident) }
        case .restored, .record, .taskDone, .dailyReport, .loss: break
        }
        let known = Set(incident.targets.map(\.target))
        if !known.isSuperset(of: event.recipients) { note("\(event.short) told to \(event.recipients)") }
        if Set(event.recipients).count != event.recipients.count { note("\(event.short) told twice to one") }
        guard event.isOffer else { return }
        offers[incident.id, default: []] += event.recipients.map {
            Offer(incident: incident.id, event: event.id, target: $0)
        }
    }

    /// Steps of the answer clock rise, and come only while nobody has accepted; so do reminders, after it.
    private mutating func checkStep(of incident: Incident) {
        if incident.test { note("a test was escalated") }
        // What nobody wants is told to all, whatever the clock says.
        guard incident.handovers < IncidentRules.mostHandovers else { return }
        let isAccepted = incident.accepted != nil
        if isAccepted != (incident.state != .raised) { note("accepted without its stamp") }
        let step = isAccepted ? 1000 + incident.reminders : incident.escalations
        let epoch = incident.handed
        if let last = lastStep[incident.id], last.epoch == epoch, last.step >= step {
            note("step \(step) after \(last.step) of \(incident.category)")
        }
        lastStep[incident.id] = (step, epoch)
    }

    private mutating func check(_ incident: Incident, before: Incident?, in decision: Decision) {
        let restorations = decision.events.filter {
            if case .restored(let other, _) = $0.content { other.id == incident.id } else { false }
        }.count
        switch (before?.restored, incident.restored) {
        case (nil, .some) where restorations != 1: note("restored and told \(restorations) times")
        case (.some(let was), .some(let now)) where was == now && restorations > 0: note("restored again")
        case (_, nil) where restorations > 0: note("told restored and is not")
        default: break
        }
        if incident.handovers > IncidentRules.mostHandovers { note("handed over \(incident.handovers) times") }
        if incident.announced > incident.count { note("told more than there were") }
        if before?.isOpen == false, incident.isOpen { note("open again") }
        if let before, before.test != incident.test { note("a test became real, or the other way") }
        if let before, before.count > incident.count { note("counted down") }
    }

    /// A task that was refused changed nothing but the record of it.
    private mutating func checkRefusal(_ decision: Decision) {
        defer { taken = nil }
        guard taken != nil else { return }
        let refused = decision.tasks.allSatisfy { $0.result == .refused }
        if refused, !decision.incidents.isEmpty || !decision.outputs.isEmpty || !decision.points.isEmpty {
            note("a refused task changed something")
        }
        if decision.tasks.isEmpty, !decision.events.isEmpty { note("a task that was answered twice was answered") }
    }

    // MARK: Along the way

    mutating func check(_ rules: IncidentRules) {
        for timer in rules.timers.instants.keys {
            switch timer {
            case .announce(let id), .restore(let id), .escalate(let id), .remind(let id):
                if rules.live[id]?.isOpen != true { note("a timer \(timer) for what is gone") }
            default: break
            }
        }
        for id in rules.releases.keys where rules.live[id]?.isOpen != true { note("a release of what is gone") }
    }

    // MARK: What can be chosen

    /// Whether a start of the agent changes nothing about how such an incident is raised.
    static func isComparable(_ incident: Incident) -> Bool {
        incident.device == nil && ![.doorHeld, .mailOverdue, .power].contains(incident.category)
    }

    func pick<Value>(_ choice: Int, _ values: [Value]) -> Value? {
        values.isEmpty ? nil : values[choice / 6 % values.count]
    }

    func open(in content: Content, isComparable: Bool) -> [EventID] {
        open.filter { content.incidents[$0].map(Self.isComparable) == isComparable }
    }

    func waiting(in content: Content) -> [Offer] {
        open(in: content, isComparable: true).compactMap { content.incidents[$0] }.flatMap(Self.waiting)
    }

    func unsettled(in content: Content) -> [Offer] {
        order.compactMap { content.incidents[$0] }.flatMap(Self.waiting)
    }

    private static func waiting(_ incident: Incident) -> [Offer] {
        incident.targets.filter { $0.delivery == .queued || $0.delivery == .sent }.map {
            Offer(incident: incident.id, event: $0.offer ?? incident.opening, target: $0.target)
        }
    }

    /// Whatever offered an incident that is open to a target, now or before.
    func told(in content: Content) -> [Offer] {
        open(in: content, isComparable: true).flatMap { offers[$0] ?? [] }
    }
}

extension Incident {
    /// Whether it was opened for what an older incident stands for, and closed for that.
    var isTwin: Bool { closing?.outcome.hasPrefix("goes on as incident ") ?? false }
}

extension BoothEvent {
    fileprivate var isOffer: Bool {
        switch content {
        case .raised, .updated(_, .reclassified), .updated(_, .escalated): true
        default: false
        }
    }
}
