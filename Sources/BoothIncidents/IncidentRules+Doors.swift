// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The room's door and the letter box.
extension IncidentRules {
    /// While officers are in it is a record; otherwise somebody broke in.
    mutating func roomDoor(_ point: PointConfiguration, isOpen: Bool, at moment: Moment) {
        if isOpen, !schedule.isAttended(at: moment) {
            raise(for: point, at: moment)
        } else if !isOpen, let incident = current(of: point.id), incident.restored == nil {
            restore(incident.id, since: Stamp(moment), at: moment)
        } else {
            record(point.id, isOpen ? .active : .normal, at: moment)
        }
    }

    /// Edges close together are one letter; letters collect on one incident until the box is emptied.
    ///
    /// - Parameter count: edges at once; one letter, unless `letter` is zero and each edge is one.
    mutating func mailSlot(_ point: PointConfiguration, isActive: Bool, count: Int, at moment: Moment) {
        guard isActive else { return }
        if let last = points[point.id]?.lastEdge, last.bootID == moment.bootID,
            moment.boot - last.boot < point.rules.letter
        {
            points[point.id]?.lastEdge = Stamp(moment)
            return
        }
        points[point.id]?.lastEdge = Stamp(moment)
        let letters = point.rules.letter == .zero ? count : 1
        guard var incident = current(of: point.id), incident.restored == nil else {
            return raise(for: point, count: letters, at: moment)
        }
        incident.count += letters
        incident.latest = Stamp(moment)
        keep(incident)
        decision.canBeToldAgain = false
        if timers[.announce(incident.id)] == nil { timers[.announce(incident.id)] = moment.boot + Self.gathering }
    }

    /// Opening the box collects its letters; opened while nobody should be there it is an incident of its own.
    mutating func mailDoor(_ point: PointConfiguration, isOpen: Bool, at moment: Moment) {
        if isOpen {
            collectLetters(at: moment)
            if schedule.isAttended(at: moment) {
                record(point.id, .active, at: moment)
            } else {
                bind(raise(Self.mailTamper(of: point), point: point.id, at: moment), to: point.id)
            }
        } else if let incident = current(of: point.id), incident.restored == nil {
            restore(incident.id, since: Stamp(moment), at: moment)
        } else {
            record(point.id, .normal, at: moment)
        }
    }

    private mutating func collectLetters(at moment: Moment) {
        for point in configured.values.filter({ $0.kind == .mailSlot }).sorted(by: { $0.id.rawValue < $1.id.rawValue })
        {
            // The next edge is a letter into an empty box, however soon it comes.
            points[point.id]?.lastEdge = nil
            if let memory = points[point.id] { decision.points.append(memory) }
            if let incident = current(of: point.id) { restore(incident.id, since: Stamp(moment), at: moment) }
        }
    }

    private static func mailTamper(of point: PointConfiguration) -> Classification {
        point.classification ?? Classification(.mailTamper, .police, .fault)
    }
}
