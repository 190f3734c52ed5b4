// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Tests go the whole way, marked from end to end; none shares an incident with somebody in need.
extension IncidentRules {
    /// So many trials wait for their receipts at most; beyond that the oldest is given up.
    static let mostTrials = 8

    /// What is raised on these points from now on is a technician's test.
    package mutating func beginTest(of points: Set<PointID>) {
        tested = points
        // An edge in a test and one in earnest are two letters, however close.
        for slot in slots where isTested(slot.id) { self.points[slot.id]?.lastEdge = nil }
    }

    /// The test is over: what it raised is closed.
    package mutating func endTest(at moment: Moment) -> Decision {
        tested = []
        closeTests(at: moment)
        return finish()
    }

    /// Whether what happens on a point now is a test.
    func isTested(_ point: PointID?) -> Bool { point.map(tested.contains) ?? false }

    /// Closes what walk tests raised, unless one goes on; a trial that a platform asked for ends with its receipt.
    mutating func closeTests(at moment: Moment) {
        guard tested.isEmpty else { return }
        let left = live.values.filter { $0.test && $0.isOpen && $0.category != .test }
        for incident in left.sorted(by: { $0.id < $1.id }) {
            close(incident, outcome: "test", by: .agent, at: moment)
            if incident.restored == nil, let point = incident.point { touched.insert(point) }
        }
        // Also what a platform closed meanwhile: it closed a test.
        for point in touched.sorted(by: { $0.rawValue < $1.rawValue }) {
            points[point]?.isTouched = nil
            raiseInEarnest(point, at: moment)
        }
        touched = []
    }

    /// What happens on the point is a test's; a restart in it must know that, too.
    mutating func touch(_ point: PointID) {
        touched.insert(point)
        guard points[point] != nil, points[point]?.isTouched != true else { return }
        points[point]?.isTouched = true
        if let memory = points[point] { decision.points.append(memory) }
    }

    /// An input that a test leaves as it should not be is nobody's test any longer. A button that is held was pressed
    /// in the test, and letters in the box fell in it; the next edge is another one's.
    private mutating func raiseInEarnest(_ id: PointID, at moment: Moment) {
        guard let point = configured[id] else { return }
        if point.kind == .mailSlot { points[id]?.lastEdge = nil }
        let isActive = points[id]?.isActive(as: point.kind) == true
        let isTold = (standing[id] ?? []).contains { live[$0]?.category != .doorHeld }
        switch point.kind {
        case .tamper, .contact, .mainsPower, .battery: if isActive, !isTold { raise(for: point, at: moment) }
        case .roomDoor where isActive:
            if !isTold, !isAttended(at: moment) { raise(for: point, at: moment) }
            points[id]?.isTold = nil
            watchHeldDoor(point, for: .zero, at: moment)
        case .mailDoor where isActive && !isTold && !isAttended(at: moment):
            bind(raise(Self.mailTamper(of: point), point: id, at: moment), to: id)
        case .roomDoor, .mailDoor, .mailSlot, .helpButton, .duressButton, .streetDoor: break
        }
        if let memory = points[id] { decision.points.append(memory) }
    }

    /// A platform asked for a try: an event goes the whole way.
    mutating func raiseTrial(for target: TargetID, at moment: Moment) {
        let accepted = targets.first { $0.id == target }?.accepts ?? []
        let classes: [IncidentClass] = [.police, .community, .fault]
        guard let incidentClass = classes.first(where: accepted.contains) else { return }
        let waiting = live.values.filter { $0.category == .test && $0.isOpen && $0.point == nil }
        if waiting.count >= Self.mostTrials, let oldest = waiting.min(by: { $0.id < $1.id }) {
            close(oldest, outcome: "unanswered", by: .agent, at: moment)
        }
        raise(Classification(.test, incidentClass, .routine), point: nil, isTest: true, at: moment)
    }

    /// A trial whose opening was answered has come the whole way.
    mutating func endTrial(_ incident: Incident, at moment: Moment) {
        guard incident.category == .test, incident.test, incident.isOpen else { return }
        close(incident, outcome: "received", by: .agent, at: moment)
    }
}
