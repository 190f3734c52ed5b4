// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The steps that every rule takes: raise, change, restore, record.
extension IncidentRules {
    /// Opens an incident and tells the targets of its class.
    @discardableResult
    mutating func raise(
        _ classification: Classification, point: PointID?, device: DeviceID? = nil, missed: UInt64? = nil,
        count: Int = 1, at moment: Moment
    ) -> Incident {
        let recipients = targets.filter { $0.accepts.contains(classification.incidentClass) && !$0.isBackup }.map(\.id)
        let id = makeID(at: moment)
        var incident = Incident(
            id: id, opening: makeID(at: moment), point: point, device: device, classification: classification,
            opened: Stamp(moment), missed: missed, targets: recipients)
        incident.count = count
        incident.announced = count
        keep(incident)
        hold(incident)
        decision.events.append(
            BoothEvent(id: incident.opening, content: .raised(incident), moment: moment, recipients: recipients))
        decision.canBeToldAgain = false
        return incident
    }

    /// Tells an incident's targets, except `teller`, who knows it already.
    mutating func update(
        _ incident: Incident, _ reason: UpdateReason, except teller: TargetID? = nil, at moment: Moment
    ) {
        let recipients = incident.targets.map(\.target).filter { $0 != teller }
        guard !recipients.isEmpty else { return }
        let content = BoothEvent.Content.updated(incident, reason)
        decision.events.append(
            BoothEvent(id: makeID(at: moment), content: content, moment: moment, recipients: recipients))
        decision.canBeToldAgain = false
    }

    /// The input is normal again, the box was emptied, the device is back.
    ///
    /// - Parameter stamp: when that was; `moment` is when it is told.
    mutating func restore(_ id: EventID, since stamp: Stamp, at moment: Moment) {
        guard var incident = live[id], incident.restored == nil else { return }
        timers[.announce(id)] = nil
        timers[.settle(id)] = nil
        releases[id] = nil
        incident.restored = stamp
        incident.announced = incident.count
        keep(incident)
        let content = BoothEvent.Content.restored(
            incident, durationSeconds: Self.seconds(from: incident.opened, to: stamp))
        decision.events.append(
            BoothEvent(
                id: makeID(at: moment), content: content, moment: moment.at(stamp),
                recipients: incident.targets.map(\.target)))
        decision.canBeToldAgain = false
        releaseIfDone(incident)
    }

    /// Notes a point's change for the booth's own journal.
    mutating func record(_ point: PointID, _ state: PointState, at moment: Moment) {
        let content = BoothEvent.Content.record(point, state)
        decision.events.append(BoothEvent(id: makeID(at: moment), content: content, moment: moment, recipients: []))
        decision.canBeToldAgain = false
    }

    /// Has the incident written as it stands now.
    mutating func keep(_ incident: Incident) {
        live[incident.id] = incident
        decision.incidents.removeAll { $0.id == incident.id }
        decision.incidents.append(incident)
    }

    /// Makes the incident one that inputs can change.
    mutating func hold(_ incident: Incident) {
        live[incident.id] = incident
        opened[incident.opening] = incident.id
        if let device = incident.device, incident.restored == nil { faults[device] = incident.id }
    }

    /// Forgets an incident that no input can change any more; the journal has it.
    mutating func releaseIfDone(_ incident: Incident) {
        let isAnswered = incident.targets.allSatisfy { $0.delivery == .accepted || $0.delivery == .rejected }
        guard incident.restored != nil, isAnswered else { return }
        if let point = incident.point, points[point]?.incident == incident.id { return }
        live[incident.id] = nil
        opened[incident.opening] = nil
    }

    /// Makes `incident` the one that the point's next change belongs to.
    mutating func bind(_ incident: Incident, to point: PointID) {
        let previous = points[point]?.incident.flatMap { live[$0] }
        points[point]?.incident = incident.id
        if let previous, previous.id != incident.id { releaseIfDone(previous) }
    }

    /// The incident that a point's change may belong to.
    func current(of point: PointID) -> Incident? {
        points[point]?.incident.flatMap { live[$0] }
    }

    /// Whole seconds between two stamps: by elapsed time within one boot; 0 where the board was restarted in between.
    static func seconds(from start: Stamp, to end: Stamp) -> Int64 {
        start.bootID == end.bootID ? max(0, (end.boot - start.boot).components.seconds) : 0
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
            for incident in live.values where incident.point == id && incident.device == nil {
                if incident.restored == nil { timers[.settle(incident.id)] = BootTime(nanoseconds: 0) }
            }
        }
    }

    /// What was gathering when the agent stopped is due at once.
    mutating func resumeTimers() {
        let now = BootTime(nanoseconds: 0)
        for incident in live.values where incident.announced < incident.count { timers[.announce(incident.id)] = now }
        // Whoever lost edges holds its lines no longer.
        for point in configured.keys where faults[.edges(of: point)] != nil { timers[.gapRest(point)] = now }
        for memory in points.values where memory.state == .normal {
            guard let point = configured[memory.point], point.kind != .mailSlot else { continue }
            for incident in live.values where incident.point == memory.point && incident.device == nil {
                // Where something is due already, it was the incident of another kind.
                guard incident.restored == nil, timers[.settle(incident.id)] == nil else { continue }
                // A counting input is normal for ever: its presses were over when they were told.
                releases[incident.id] = point.countingRegister == nil ? memory.since : incident.latest
                timers[.settle(incident.id)] = now
            }
        }
    }
}

extension Incident {
    /// What was on its way when the agent stopped waits again.
    var afterRestart: Incident {
        var incident = self
        for index in incident.targets.indices where incident.targets[index].delivery == .sent {
            incident.targets[index].delivery = .queued
        }
        return incident
    }
}
