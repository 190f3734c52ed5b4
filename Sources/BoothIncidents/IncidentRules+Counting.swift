// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Inputs that count for themselves: no press is too short for the poll, and none is lost while the agent is away.
extension IncidentRules {
    /// A counting input went on: as many activations as it says, each over already.
    ///
    /// The counter is remembered in the same entry as what it raised. Where that entry is lost, the next start finds the
    /// old value and raises again: at least once.
    package mutating func take(_ presses: CountedPresses, at moment: Moment) -> Decision {
        guard let point = configured[presses.point], let register = point.countingRegister else { return Decision() }
        clearFaults(above: point, at: moment)
        var memory = points[point.id] ?? PointMemory(point: point.id, state: .normal, since: Stamp(moment))
        memory.kind = point.kind
        noteFirstSeen(&memory, at: moment)
        memory.counter = PointMemory.Counter(value: presses.value, register: register)
        memory.lastActive = Stamp(moment)
        points[point.id] = memory
        apply(point, isActive: true, count: presses.count, at: moment)
        apply(point, isActive: false, at: moment)
        if let memory = points[point.id] {
            watchClock(for: memory, at: moment)
            decision.points.append(memory)
        }
        return finish()
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
