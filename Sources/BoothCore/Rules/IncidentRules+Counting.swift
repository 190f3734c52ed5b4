// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Inputs that count for themselves: no press is too short for the poll, and none is lost while the agent is away.
extension IncidentRules {
    /// So many incidents come of one report at most; the last one has the rest of the count.
    static let mostAtOnce = 20

    /// A counting input went on: as many activations as it says, each over already.
    ///
    /// Nothing tells of them again: a letter that raises nothing of its own must be on disk with the counter, too. The
    /// counter is remembered in the same entry as what it raised. Where that entry is lost, the next start finds the
    /// old value and raises again: at least once.
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

    /// So many whole presses of a counting input, 1 or more.
    mutating func press(_ point: PointConfiguration, count: Int, at moment: Moment) {
        // Without a window each press is an incident of its own; a count that nobody presses is not that many.
        let isEach = point.kind.countsLeadingEdge && point.rules.repeatWindow == .zero
        let incidents = isEach ? min(count, Self.mostAtOnce) : 1
        for left in (0..<incidents).reversed() {
            apply(point, isActive: true, count: left == 0 ? count - incidents + 1 : 1, at: moment)
            apply(point, isActive: false, at: moment)
        }
    }

    /// What the drivers have to know of the last run. A counter's value belongs to its register: another one's says
    /// nothing about presses.
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
