// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The letter box: letters collect on one incident until the box is opened.
extension IncidentRules {
    /// Edges close together are one letter; letters collect on one incident until the box is emptied.
    ///
    /// - Parameter count: edges reported together. They are one letter; if `letter` is zero, each edge is a letter.
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
        guard var incident = lettersLying(in: point.id, isTest: isTested(point.id)) else {
            raise(for: point, count: letters, at: moment)
            guard !isTested(point.id) else { return }
            points[point.id]?.isTold = nil
            timers[.mailOverdue(point.id)] = moment.boot + point.rules.mailOverdue
            return
        }
        incident.count += letters
        incident.latest = Stamp(moment)
        keep(incident)
        if timers[.announce(incident.id)] == nil { timers[.announce(incident.id)] = moment.boot + Self.gathering }
    }

    /// Opening the box collects its letters. While nobody is in, the opening is also an incident.
    mutating func mailDoor(_ point: PointConfiguration, isOpen: Bool, at moment: Moment) {
        if isOpen {
            collectLetters(at: moment)
            if isAttended(at: moment) {
                record(point.id, .active, at: moment)
            } else {
                tamperWithBox(point, at: moment)
            }
        } else if let incident = current(of: point.id), incident.restored == nil {
            restore(incident.id, since: Stamp(moment), at: moment)
        } else {
            record(point.id, .normal, at: moment)
        }
    }

    private mutating func collectLetters(at moment: Moment) {
        blind.noteEmptying(Stamp(moment))
        for point in slots {
            // The box is empty: the next edge is a new letter, however soon it comes.
            points[point.id]?.lastEdge = nil
            points[point.id]?.isTold = nil
            if let memory = points[point.id] { decision.points.append(memory) }
            timers[.mailOverdue(point.id)] = nil
            for incident in (standing[point.id] ?? []).sorted() {
                restore(incident, since: Stamp(moment), at: moment)
            }
        }
    }

    /// The incident of the letters that lie in the box of a slot now. Test letters and real letters have separate
    /// incidents.
    private func lettersLying(in slot: PointID, isTest: Bool) -> Incident? {
        (standing[slot] ?? []).sorted().compactMap { live[$0] }
            .first { $0.category != .mailOverdue && $0.test == isTest }
    }

    /// Letters have lain in the box for too long: raises an incident for the platform that they are for.
    mutating func mailOverdue(_ id: PointID, at moment: Moment) {
        guard let point = configured[id], let letters = lettersLying(in: id, isTest: false),
            points[id]?.isTold != true, standing(.mailOverdue, of: id) == nil
        else { return }
        let left = point.rules.mailOverdue - age(of: letters.opened, at: moment)
        guard left <= .zero else {
            timers[.mailOverdue(id)] = moment.boot + left
            return
        }
        points[id]?.isTold = true
        if let memory = points[id] { decision.points.append(memory) }
        raise(Classification(.mailOverdue, letters.incidentClass, .routine), point: id, at: moment)
    }

    /// The box was opened while nobody was in. Opened again within the repeat window, it is the same incident.
    private mutating func tamperWithBox(_ point: PointConfiguration, at moment: Moment) {
        guard let incident = current(of: point.id), isRepeat(of: incident, on: point, at: moment) else {
            return bind(raise(Self.mailTamper(of: point), point: point.id, at: moment), to: point.id)
        }
        count(1, on: incident, at: moment)
    }

    static func mailTamper(of point: PointConfiguration) -> Classification {
        point.classification ?? Classification(.mailTamper, .police, .fault)
    }
}
