// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The steps that every rule takes: raise, change, restore, record.
extension IncidentRules {
    /// Opens an incident and tells the targets of its class.
    ///
    /// - Parameter isTest: whether nobody is in need; nil: where its point is tested now.
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

    /// The targets that a class of incident is for, in the configuration's order.
    func takers(of incidentClass: IncidentClass) -> [TargetID] {
        targets.filter { $0.accepts.contains(incidentClass) && !$0.isBackup }.map(\.id)
    }

    /// Tells an incident's targets, except `teller`, who knows it already.
    mutating func update(
        _ incident: Incident, _ reason: UpdateReason, except teller: TargetID? = nil, at moment: Moment
    ) {
        tell(.updated(incident, reason), to: incident.holders.filter { $0 != teller }, at: moment)
    }

    /// Makes an event of what happened; nobody to tell, no event.
    mutating func tell(
        _ content: BoothEvent.Content, as id: EventID? = nil, to recipients: [TargetID], at moment: Moment
    ) {
        guard !recipients.isEmpty else { return }
        let id = id ?? makeID(at: moment)
        decision.events.append(BoothEvent(id: id, content: content, moment: moment, recipients: recipients))
    }

    /// The input is normal again, the box was emptied, the device is back.
    ///
    /// - Parameter stamp: when that was; `moment` is when it is told.
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
        // Also where it has no target: the booth's own journal says how it ended.
        decision.events.append(
            BoothEvent(id: makeID(at: moment), content: content, moment: moment.at(stamp), recipients: incident.holders)
        )
        if incident.device != nil { notePastFault(id, at: moment) }
    }

    /// A platform or an officer ends an incident; nothing more is told of it.
    ///
    /// - Parameter teller: who knows it already.
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

    /// Notes a point's change for the booth's own journal.
    mutating func record(_ point: PointID, _ state: PointState, at moment: Moment) {
        let content = BoothEvent.Content.record(point, state)
        decision.events.append(BoothEvent(id: makeID(at: moment), content: content, moment: moment, recipients: []))
    }

    /// Has the incident written as it stands now.
    mutating func keep(_ incident: Incident) {
        live[incident.id] = incident
        noteStanding(incident)
        // After a long time without power thousands change at once.
        if !kept.insert(incident.id).inserted { decision.incidents.removeAll { $0.id == incident.id } }
        decision.incidents.append(incident)
    }

    /// Makes the incident one that inputs and answers can change.
    mutating func hold(_ incident: Incident) {
        register(incident)
        if let device = incident.device, incident.restored == nil {
            faults[device] = StandingFault(incident: incident.id, category: incident.category)
        }
    }

    /// Makes the incident one that answers find.
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

    /// The open incident of a point and category that is not restored.
    func standing(_ category: Category, of point: PointID) -> Incident? {
        standing[point]?.lazy.compactMap { live[$0] }.first { $0.category == category }
    }

    /// Forgets a closed incident that waits for no receipt any more; the journal has it.
    mutating func forgetIfAnswered(_ incident: Incident) {
        guard !incident.isOpen, !incident.targets.contains(where: { $0.delivery == .queued || $0.delivery == .sent })
        else { return }
        live[incident.id] = nil
        offers[incident.opening] = nil
        for offer in incident.targets.compactMap(\.offer) { offers[offer] = nil }
    }

    /// Makes `incident` the one that the point's next change belongs to.
    mutating func bind(_ incident: Incident, to point: PointID) {
        points[point]?.incident = incident.id
    }

    /// The open incident that a point's change may belong to.
    func current(of point: PointID) -> Incident? {
        points[point]?.incident.flatMap { live[$0] }.flatMap { $0.isOpen ? $0 : nil }
    }

    /// Whole seconds between two stamps, 0 where no clock can tell.
    static func seconds(from start: Stamp, to end: Stamp, at moment: Moment) -> Int64 {
        if start.bootID == end.bootID { return max(0, (end.boot - start.boot).components.seconds) }
        guard end.bootID == moment.bootID, let age = start.elapsed(until: moment.at(end)) else { return 0 }
        return max(0, age.components.seconds)
    }

    /// A point that is another kind of input since the last run is known from its next reading on: what it was raised
    /// for is over, as nothing else would end it.
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

    /// What was due when the agent stopped is looked at at once.
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
        // Whoever lost edges holds its lines no longer.
        for point in configured.keys where faults[.edges(of: point)] != nil { timers[.gapRest(point)] = now }
        for (id, point) in configured {
            // Open doors are looked at with the first look at who is in.
            if point.kind == .mailSlot { timers[.mailOverdue(id)] = now }
        }
        timers[.attendance] = now
        timers[.clock] = now
        for memory in points.values where memory.state == .normal { resumeRestorations(of: memory, at: now) }
    }

    /// A point that is normal has nothing that still stands, but letters in a box.
    private mutating func resumeRestorations(of memory: PointMemory, at now: BootTime) {
        guard let point = configured[memory.point], point.kind != .mailSlot else { return }
        for incident in (standing[memory.point] ?? []).compactMap({ live[$0] }) {
            // Where something is due already, it was the incident of another kind.
            guard timers[.restore(incident.id)] == nil else { continue }
            // A counting input is normal for ever: its presses were over when they were told.
            releases[incident.id] = point.countingRegister == nil ? memory.since : incident.latest
            timers[.restore(incident.id)] = now
        }
    }
}

extension Incident {
    /// The targets that have it and are told of it.
    var holders: [TargetID] { targets.filter { !$0.isHandedOver }.map(\.target) }

    /// What was on its way when the agent stopped waits again.
    var afterRestart: Incident {
        var incident = self
        for index in incident.targets.indices where incident.targets[index].delivery == .sent {
            incident.targets[index].delivery = .queued
        }
        return incident
    }
}
