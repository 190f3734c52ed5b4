// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The room's door.
extension IncidentRules {
    /// An opening while officers are in is only a record; otherwise it is an intrusion.
    mutating func roomDoor(_ point: PointConfiguration, isOpen: Bool, at moment: Moment) {
        if isOpen, !isAttended(at: moment) {
            activate(point, at: moment)
        } else if !isOpen, let incident = current(of: point.id), incident.restored == nil {
            restore(incident.id, since: Stamp(moment), at: moment)
        } else {
            record(point.id, isOpen ? .active : .normal, at: moment)
        }
        guard !isOpen else { return watchHeldDoor(point, for: .zero, at: moment) }
        timers[.doorHeld(point.id)] = nil
        points[point.id]?.isTold = nil
        if let held = standing(.doorHeld, of: point.id) { restore(held.id, since: Stamp(moment), at: moment) }
    }

    /// Attendance has changed, or the agent has just started. A door may stay open while officers are in. Once they are
    /// gone, it may stay open for `doorHeld`.
    mutating func watchHeldDoors(isStart: Bool, at moment: Moment) {
        let doors = configured.values.filter { $0.kind == .roomDoor }
        for point in doors.sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
            watchHeldDoor(point, for: isStart ? timeOpen(of: point, at: moment) : .zero, at: moment)
        }
    }

    /// - Parameter age: how long it has been open while nobody was in.
    mutating func watchHeldDoor(_ point: PointConfiguration, for age: Duration, at moment: Moment) {
        timers[.doorHeld(point.id)] = nil
        guard let memory = points[point.id], memory.isActive(as: point.kind) else { return }
        if isAttended(at: moment) {
            guard memory.isTold != nil else { return }
            // If they leave it open again, that is a new incident.
            points[point.id]?.isTold = nil
            if let memory = points[point.id] { decision.points.append(memory) }
        } else if memory.isTold != true {
            timers[.doorHeld(point.id)] = max(moment.boot, moment.boot + (point.rules.doorHeld - age))
        }
    }

    /// How long a door has been open, if it was opened while nobody was in. Otherwise zero, because it is not known
    /// since when the room has been empty.
    private mutating func timeOpen(of point: PointConfiguration, at moment: Moment) -> Duration {
        guard let memory = points[point.id], let incident = current(of: point.id),
            incident.restored == nil
        else { return .zero }
        return age(of: memory.since, at: moment)
    }

    mutating func doorHeld(_ id: PointID, at moment: Moment) {
        guard let point = configured[id], let memory = points[id], memory.isActive(as: point.kind),
            memory.isTold != true, !isAttended(at: moment), standing(.doorHeld, of: id) == nil
        else { return }
        let incidentClass = point.classification?.incidentClass ?? .police
        points[id]?.isTold = true
        if let memory = points[id] { decision.points.append(memory) }
        raise(Classification(.doorHeld, incidentClass, .fault), point: id, at: moment)
    }
}
