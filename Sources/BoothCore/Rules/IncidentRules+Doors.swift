// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The room's door.
extension IncidentRules {
    /// While officers are in it is a record; otherwise somebody broke in.
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

    /// Officers came or went, or the agent has just begun: a door may stay open while they are in, and no longer than
    /// allowed once they are gone.
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
            // Once they leave it open again, that is another matter.
            points[point.id]?.isTold = nil
            if let memory = points[point.id] { decision.points.append(memory) }
        } else if memory.isTold != true {
            timers[.doorHeld(point.id)] = max(moment.boot, moment.boot + (point.rules.doorHeld - age))
        }
    }

    /// How long a door has been open that was opened while nobody was in; of any other nobody knows since when the room
    /// has been empty.
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
