// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Inputs whose unit counts the presses. No press is too short for the poll, and none is lost while the agent is away.
extension IncidentRules {
    /// The most incidents that one report raises; the last one gets the rest of the count.
    static let mostAtOnce = 20

    /// Applies presses that a unit counted. Each press is over already.
    ///
    /// No reading reports them again. So all of them must be on disk with the counter, even a letter that raises no
    /// incident of its own. The counter is recorded in the same entry as the incidents. If that entry is lost, the next
    /// start finds the old value and raises them again: at least once.
    package mutating func apply(_ presses: CountedPresses, at moment: Moment) -> Decision {
        guard let point = configured[presses.point], let register = point.countingRegister else { return Decision() }
        decision.presses.append(presses)
        clearFaults(above: point, at: moment)
        let before = points[point.id]
        var memory = before ?? PointMemory(point: point.id, state: .normal, since: Stamp(moment))
        memory.kind = point.kind
        noteFirstSeen(&memory, at: moment)
        memory.counter = PointMemory.Counter(value: presses.value, register: register)
        memory.lastActive = Stamp(moment)
        points[point.id] = memory
        var baseline = memory
        baseline.counter?.value = (presses.value - presses.count % 65_536 + 65_536) % 65_536
        blind.noteReading(of: baseline, isFirst: before == nil, isActive: false, at: moment)
        press(point, count: presses.count, at: moment)
        if let memory = points[point.id] {
            lookForClock(at: moment)
            decision.points.append(memory)
        }
        return finish()
    }

    /// Applies `count` whole presses of a counting input, 1 or more.
    mutating func press(_ point: PointConfiguration, count: Int, at moment: Moment) {
        // Without a repeat window each press is its own incident, up to `mostAtOnce`. A higher count is not from
        // people.
        let isEach = point.kind.countsLeadingEdge && point.rules.repeatWindow == .zero
        let incidents = isEach ? min(count, Self.mostAtOnce) : 1
        for left in (0..<incidents).reversed() {
            apply(point, isActive: true, count: left == 0 ? count - incidents + 1 : 1, at: moment)
            apply(point, isActive: false, at: moment)
        }
    }

    /// What the drivers must know about the last run. A counter's value is left out if the point now has another
    /// register: it says nothing about presses there.
    package var inputs: [PointID: InputMemory] {
        configured.compactMapValues { point in
            let memory = points[point.id]
            let counter = memory?.counter.flatMap { $0.register == point.countingRegister ? $0.value : nil }
            let isImplausible = faults[.value(of: point.id)] != nil
            guard memory != nil || isImplausible else { return nil }
            return InputMemory(state: memory?.state ?? .unknown, counter: counter, isImplausible: isImplausible)
        }
    }
}
