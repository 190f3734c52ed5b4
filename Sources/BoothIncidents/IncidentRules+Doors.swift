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
        if isOpen {
            watchHeldDoor(point, at: moment)
        } else {
            timers[.doorHeld(point.id)] = nil
            if let held = standing(.doorHeld, of: point.id) { restore(held.id, since: Stamp(moment), at: moment) }
        }
    }

    /// Officers came or went: a door may stay open while they are in, and no longer than allowed once they are gone.
    mutating func watchHeldDoors(at moment: Moment) {
        for point in configured.values where point.kind == .roomDoor { watchHeldDoor(point, at: moment) }
    }

    private mutating func watchHeldDoor(_ point: PointConfiguration, at moment: Moment) {
        let isWatched = points[point.id]?.state == .active && !isAttended(at: moment)
        timers[.doorHeld(point.id)] = isWatched ? moment.boot + point.rules.doorHeld : nil
    }

    mutating func doorHeld(_ id: PointID, at moment: Moment) {
        guard let point = configured[id], points[id]?.state == .active, !isAttended(at: moment),
            standing(.doorHeld, of: id) == nil
        else { return }
        let incidentClass = point.classification?.incidentClass ?? .police
        raise(Classification(.doorHeld, incidentClass, .fault), point: id, at: moment)
    }
}
