// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Buttons, tamper contacts, plain contacts and power: active raises, normal restores.
extension IncidentRules {
    /// A press raises an incident at once. A press within the repeat window of the last one counts on the same
    /// incident.
    ///
    /// - Parameter count: presses reported together; all of them belong to one incident.
    mutating func button(_ point: PointConfiguration, isActive: Bool, count: Int, at moment: Moment) {
        guard isActive else { return released(point, at: moment) }
        activate(point, count: count, at: moment)
    }

    /// A repeated activation counts on the point's current incident. Any other activation raises a new one.
    mutating func activate(_ point: PointConfiguration, count: Int = 1, at moment: Moment) {
        guard let incident = current(of: point.id), isRepeat(of: incident, on: point, at: moment) else {
            return raise(for: point, count: count, at: moment)
        }
        self.count(count, on: incident, at: moment)
    }

    /// Adds activations to an incident. Its input is no longer normal.
    mutating func count(_ count: Int, on incident: Incident, at moment: Moment) {
        var incident = incident
        incident.count += count
        incident.latest = Stamp(moment)
        incident.restored = nil
        keep(incident)
        timers[.restore(incident.id)] = nil
        releases[incident.id] = nil
        if timers[.announce(incident.id)] == nil { timers[.announce(incident.id)] = moment.boot + Self.gathering }
    }

    /// Whether an activation now repeats the incident. The window starts anew with each press, and ends with the boot.
    /// A test press and a real press never share an incident.
    func isRepeat(of incident: Incident, on point: PointConfiguration, at moment: Moment) -> Bool {
        incident.test == isTested(point.id) && isWithinRepeat(of: incident, on: point, at: Stamp(moment))
    }

    /// Whether an activation at `stamp` is within the repeat window of the incident's last one.
    func isWithinRepeat(of incident: Incident, on point: PointConfiguration, at stamp: Stamp) -> Bool {
        let last = point.kind.countsLeadingEdge ? incident.latest : incident.restored ?? incident.latest
        return last.bootID == stamp.bootID && stamp.boot - last.boot < point.rules.repeatWindow
    }

    private mutating func released(_ point: PointConfiguration, at moment: Moment) {
        guard let incident = current(of: point.id), incident.restored == nil else { return }
        let wait = min(Self.gathering, point.rules.repeatWindow)
        if wait == .zero { return restore(incident.id, since: Stamp(moment), at: moment) }
        releases[incident.id] = Stamp(moment)
        timers[.restore(incident.id)] = moment.boot + wait
    }

    /// Nobody pressed again: restores the incident as of the release, or as of now if none is known.
    mutating func restoreRested(_ id: EventID, at moment: Moment) {
        restore(id, since: releases[id] ?? Stamp(moment), at: moment)
    }

    mutating func announceRepeats(_ id: EventID, at moment: Moment) {
        guard var incident = live[id], incident.announced < incident.count else { return }
        incident.announced = incident.count
        keep(incident)
        update(incident, .repeat, at: moment)
    }

    /// Active raises, normal restores; active again within the repeat window belongs to the same incident.
    mutating func contact(_ point: PointConfiguration, isActive: Bool, count: Int = 1, at moment: Moment) {
        if isActive {
            activate(point, count: count, at: moment)
        } else if let incident = current(of: point.id) {
            restore(incident.id, since: Stamp(moment), at: moment)
        }
    }

    /// A power failure becomes an incident only if it lasts for the on-delay.
    mutating func power(_ point: PointConfiguration, isActive: Bool, at moment: Moment) {
        if isActive {
            timers[.onDelay(point.id)] = moment.boot + point.rules.powerDelay
        } else {
            timers[.onDelay(point.id)] = nil
            points[point.id]?.isTold = nil
            contact(point, isActive: false, at: moment)
        }
    }

    /// If power was away before a restart and still is, the on-delay runs from the first reading.
    mutating func resumeOnDelay(_ point: PointConfiguration, at moment: Moment) {
        guard point.kind == .mainsPower || point.kind == .battery, points[point.id]?.state == .active else { return }
        // If the incident was closed while the power was away, it is not raised again.
        let isRaised = current(of: point.id).map { $0.restored == nil } ?? false
        guard !isRaised, points[point.id]?.isTold != true, timers[.onDelay(point.id)] == nil else { return }
        timers[.onDelay(point.id)] = moment.boot + point.rules.powerDelay
    }

    mutating func onDelayOver(_ id: PointID, at moment: Moment) {
        guard let point = configured[id], points[id]?.state == .active else { return }
        points[id]?.isTold = true
        activate(point, at: moment)
        if let memory = points[id] { decision.points.append(memory) }
    }

    /// Raises the incident that the configuration gives the point. The point's next change belongs to it.
    mutating func raise(for point: PointConfiguration, count: Int = 1, at moment: Moment) {
        guard let classification = point.classification else { return }
        bind(raise(classification, point: point.id, count: count, at: moment), to: point.id)
    }
}
