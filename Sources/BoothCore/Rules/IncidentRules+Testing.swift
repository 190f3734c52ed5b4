// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Tests go the whole way to the platforms, and every event of them is marked. A test never shares an incident with
// somebody in need.
extension IncidentRules {
    /// The most trials that wait for their receipts; beyond that the oldest is closed.
    static let mostTrials = 8

    /// From now on, everything raised on these points is a technician's test.
    package mutating func beginTest(of points: Set<PointID>) {
        tested = points
        // A test edge and a real edge are two letters, however close.
        for slot in slots where isTested(slot.id) { self.points[slot.id]?.lastEdge = nil }
    }

    /// Ends the test, and closes what it raised.
    package mutating func endTest(at moment: Moment) -> Decision {
        tested = []
        closeTests(at: moment)
        return finish()
    }

    /// Whether the point is tested now.
    func isTested(_ point: PointID?) -> Bool { point.map(tested.contains) ?? false }

    /// Closes what walk tests raised, unless a test is running. A trial that a platform asked for stays open: it ends
    /// with its receipt.
    mutating func closeTests(at moment: Moment) {
        guard tested.isEmpty else { return }
        let left = live.values.filter { $0.test && $0.isOpen && $0.category != .test }
        for incident in left.sorted(by: { $0.id < $1.id }) {
            close(incident, outcome: "test", by: .agent, at: moment)
            if incident.restored == nil, let point = incident.point { touched.insert(point) }
        }
        // This includes points whose incident a platform has closed: it closed a test.
        for point in touched.sorted(by: { $0.rawValue < $1.rawValue }) {
            points[point]?.isTouched = nil
            raiseInEarnest(point, at: moment)
        }
        touched = []
    }

    /// Notes that a test raised something on the point. It is recorded, because a restart during the test must know it.
    mutating func touch(_ point: PointID) {
        touched.insert(point)
        guard points[point] != nil, points[point]?.isTouched != true else { return }
        points[point]?.isTouched = true
        if let memory = points[point] { decision.points.append(memory) }
    }

    /// Raises a real incident if the test leaves the input active. A button that is held was pressed in the test, and
    /// letters in the box came in the test, so these raise nothing. Their next edge is real.
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

    /// A platform asked for a trial: an event goes the whole way.
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

    /// Closes a trial whose opening event was answered: it went the whole way.
    mutating func endTrial(_ incident: Incident, at moment: Moment) {
        guard incident.category == .test, incident.test, incident.isOpen else { return }
        close(incident, outcome: "received", by: .agent, at: moment)
    }
}
