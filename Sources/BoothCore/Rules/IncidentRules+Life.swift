// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The steps that the rules share: raise, change, restore, record.
extension IncidentRules {
    /// Opens an incident and tells the targets of its class.
    ///
    /// - Parameter isTest: whether it is a test; nil: it is if its point is tested now.
    @discardableResult
    mutating func raise(
        _ classification: Classification, point: PointID?, device: DeviceID? = nil, missed: UInt64? = nil,
        count: Int = 1, isTest: Bool? = nil, at moment: Moment
    ) -> Incident {
        let recipients = takers(of: classification.incidentClass)
        let id = makeID(at: moment)
        var incident = Incident(
            id: id, opening: makeID(at: moment), point: point, device: device, classification: classification,
            opened: Stamp(moment), missed: missed, targets: recipients)
        incident.count = count
        incident.announced = count
        incident.test = isTest ?? (device == nil && isTested(point))
        if incident.test, let point { touch(point) }
        keep(incident)
        hold(incident)
        lookForClock(at: moment)
        if !incident.test, let first = settings.escalate.first { timers[.escalate(id)] = moment.boot + first }
        decision.events.append(
            BoothEvent(id: incident.opening, content: .raised(incident), moment: moment, recipients: recipients))
        return incident
    }

    /// The targets of a class, without backups, in the configuration's order.
    func takers(of incidentClass: IncidentClass) -> [TargetID] {
        targets.filter { $0.accepts.contains(incidentClass) && !$0.isBackup }.map(\.id)
    }

    /// Tells an incident's targets, except `teller`, who knows it already.
    mutating func update(
        _ incident: Incident, _ reason: UpdateReason, except teller: TargetID? = nil, at moment: Moment
    ) {
        tell(.updated(incident, reason), to: incident.holders.filter { $0 != teller }, at: moment)
    }

    /// Adds an event on what happened. Without recipients there is no event.
    mutating func tell(
        _ content: BoothEvent.Content, as id: EventID? = nil, to recipients: [TargetID], at moment: Moment
    ) {
        guard !recipients.isEmpty else { return }
        let id = id ?? makeID(at: moment)
        decision.events.append(BoothEvent(id: id, content: content, moment: moment, recipients: recipients))
    }

    /// Restores an incident: its input is normal again, the box was emptied, or the device is back.
    ///
    /// - Parameter stamp: when that happened; `moment` is now.
    mutating func restore(_ id: EventID, since stamp: Stamp, at moment: Moment) {
        guard var incident = live[id], incident.isOpen, incident.restored == nil else { return }
        timers[.announce(id)] = nil
        timers[.restore(id)] = nil
        releases[id] = nil
        incident.restored = stamp.dated(at: moment)
        incident.announced = incident.count
        keep(incident)
        let content = BoothEvent.Content.restored(
            incident, durationSeconds: Self.seconds(from: incident.opened, to: stamp, at: moment))
        // Also without a target: the booth's own journal must show how it ended.
        decision.events.append(
            BoothEvent(id: makeID(at: moment), content: content, moment: moment.at(stamp), recipients: incident.holders)
        )
        if incident.device != nil { notePastFault(id, at: moment) }
    }

    /// Closes an incident, for a platform, an officer or the agent. After this event nothing more is sent about it.
    ///
    /// - Parameter teller: the target that closed it, and is not told.
    mutating func close(
        _ incident: Incident, outcome: String, by actor: Actor, except teller: TargetID? = nil, at moment: Moment
    ) {
        var incident = incident
        for timer in [Timer.announce(incident.id), .restore(incident.id), .escalate(incident.id), .remind(incident.id)]
        {
            timers[timer] = nil
        }
        releases[incident.id] = nil
        incident.state = .closed
        incident.announced = incident.count
        incident.closing = Incident.Closing(.init(by: actor, at: Stamp(moment)), outcome: outcome)
        keep(incident)
        decision.events.append(
            BoothEvent(
                id: makeID(at: moment), content: .closed(incident), moment: moment,
                recipients: incident.holders.filter { $0 != teller }))
        forgetIfAnswered(incident)
    }

    /// Records a point's change for the booth's own journal only.
    mutating func record(_ point: PointID, _ state: PointState, at moment: Moment) {
        let content = BoothEvent.Content.record(point, state)
        decision.events.append(BoothEvent(id: makeID(at: moment), content: content, moment: moment, recipients: []))
    }

    /// Stores the incident, and has its new state written.
    mutating func keep(_ incident: Incident) {
        live[incident.id] = incident
        noteStanding(incident)
        // Searches for an older copy only if there is one: after a long power cut thousands of incidents change at
        // once.
        if !kept.insert(incident.id).inserted { decision.incidents.removeAll { $0.id == incident.id } }
        decision.incidents.append(incident)
    }

    /// Takes in an incident that inputs and answers can change.
    mutating func hold(_ incident: Incident) {
        register(incident)
        if let device = incident.device, incident.restored == nil {
            faults[device] = StandingFault(incident: incident.id, category: incident.category)
        }
    }

    /// Takes in an incident that answers can find.
    mutating func register(_ incident: Incident) {
        live[incident.id] = incident
        noteStanding(incident)
        offers[incident.opening] = incident.id
        for offer in incident.targets.compactMap(\.offer) { offers[offer] = incident.id }
    }

    private mutating func noteStanding(_ incident: Incident) {
        guard let point = incident.point, incident.device == nil else { return }
        if incident.isOpen, incident.restored == nil {
            standing[point, default: []].insert(incident.id)
        } else {
            standing[point]?.remove(incident.id)
        }
    }

    /// The incident of a point and category that is open and not restored.
    func standing(_ category: Category, of point: PointID) -> Incident? {
        standing[point]?.lazy.compactMap { live[$0] }.first { $0.category == category }
    }

    /// Forgets a closed incident that waits for no more receipts. The journal still has it.
    mutating func forgetIfAnswered(_ incident: Incident) {
        guard !incident.isOpen, !incident.targets.contains(where: { $0.delivery == .queued || $0.delivery == .sent })
        else { return }
        live[incident.id] = nil
        offers[incident.opening] = nil
        for offer in incident.targets.compactMap(\.offer) { offers[offer] = nil }
    }

    /// Lets the point's next change belong to `incident`.
    mutating func bind(_ incident: Incident, to point: PointID) {
        points[point]?.incident = incident.id
    }

    /// The open incident that the point's next change may belong to.
    func current(of point: PointID) -> Incident? {
        points[point]?.incident.flatMap { live[$0] }.flatMap { $0.isOpen ? $0 : nil }
    }

    /// Whole seconds between two stamps; 0 if no clock can tell.
    static func seconds(from start: Stamp, to end: Stamp, at moment: Moment) -> Int64 {
        if start.bootID == end.bootID { return max(0, (end.boot - start.boot).components.seconds) }
        guard end.bootID == moment.bootID, let age = start.elapsed(until: moment.at(end)) else { return 0 }
        return max(0, age.components.seconds)
    }

    /// If a point has another kind since the last run, it starts anew with its next reading. Its incidents are
    /// restored, because nothing else would end them.
    mutating func forgetOtherKinds() {
        for (id, point) in configured {
            guard let memory = points[id], let kind = memory.kind, kind != point.kind else { continue }
            var anew = PointMemory(point: id, state: .normal, since: memory.since)
            anew.counter = memory.counter
            anew.firstSeen = memory.firstSeen
            anew.lastActive = memory.lastActive
            points[id] = anew
            for incident in standing[id] ?? [] { timers[.restore(incident)] = BootTime(nanoseconds: 0) }
        }
    }

    /// Makes every timer of the last run due now. Each then checks for itself whether its time is over.
    mutating func resumeTimers() {
        let now = BootTime(nanoseconds: 0)
        for incident in live.values {
            if incident.announced < incident.count { timers[.announce(incident.id)] = now }
            if incident.test { timers[.endTests] = now }
            timers[incident.state == .raised ? .escalate(incident.id) : .remind(incident.id)] = now
        }
        pastFaults = live.values.filter { $0.device != nil && $0.restored != nil }.map(\.id).sorted()
        for memory in points.values where memory.isTouched == true {
            touched.insert(memory.point)
            timers[.endTests] = now
        }
        // The driver that lost the edges no longer holds the lines, so the gap is over.
        for point in configured.keys where faults[.edges(of: point)] != nil { timers[.gapRest(point)] = now }
        for (id, point) in configured {
            // Open doors are checked together with the first check of attendance.
            if point.kind == .mailSlot { timers[.mailOverdue(id)] = now }
        }
        timers[.attendance] = now
        timers[.clock] = now
        for memory in points.values where memory.state == .normal { resumeRestorations(of: memory, at: now) }
    }

    /// Restores what still stands of a point that is normal, except letters in a box.
    private mutating func resumeRestorations(of memory: PointMemory, at now: BootTime) {
        guard let point = configured[memory.point], point.kind != .mailSlot else { return }
        for incident in (standing[memory.point] ?? []).compactMap({ live[$0] }) {
            // If a restoration is due already, the incident is of the point's former kind.
            guard timers[.restore(incident.id)] == nil else { continue }
            // A counting input is always normal: its presses were over when they were reported.
            releases[incident.id] = point.countingRegister == nil ? memory.since : incident.latest
            timers[.restore(incident.id)] = now
        }
    }
}

extension Incident {
    /// The targets that have the incident and are told about it.
    var holders: [TargetID] { targets.filter { !$0.isHandedOver }.map(\.target) }

    /// The incident after a restart: a delivery that was being sent is queued again.
    var afterRestart: Incident {
        var incident = self
        for index in incident.targets.indices where incident.targets[index].delivery == .sent {
            incident.targets[index].delivery = .queued
        }
        return incident
    }
}
