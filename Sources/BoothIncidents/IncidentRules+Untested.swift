// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Points that nothing was heard of for long: whether they work is not known until somebody tries them.
extension IncidentRules {
    /// How often it is asked whether the clock is right by now.
    static let clockLook = Duration.seconds(60)

    /// When a point last became active; nil for one that never did.
    package func lastActive(of point: PointID) -> Stamp? { points[point]?.lastActive }

    /// Points without an activation for longer than their `untested`, in order of their ids.
    package func untestedPoints(at moment: Moment) -> [PointID] {
        configured.values.filter { isUntested($0, at: moment) }.map(\.id).sorted { $0.rawValue < $1.rawValue }
    }

    private func isUntested(_ point: PointConfiguration, at moment: Moment) -> Bool {
        guard let memory = points[point.id] else { return false }
        return point.kind.isUsedNowAndThen && !memory.isActive(as: point.kind)
            && memory.isUntested(for: point.rules.untested, at: moment)
    }

    /// The point is known from now on, where it was not. What an earlier boot could not date begins anew.
    mutating func noteFirstSeen(_ memory: inout PointMemory, at moment: Moment) {
        if let active = memory.lastActive, active.time == nil, active.bootID != moment.bootID {
            memory.lastActive = nil
            memory.firstSeen = nil
        }
        if let seen = memory.firstSeen, seen.time != nil || seen.bootID == moment.bootID { return }
        memory.firstSeen = Stamp(moment)
    }

    /// Looks again for the clock where what is known of a point could not be dated.
    mutating func watchClock(for memory: PointMemory, at moment: Moment) {
        let isUndated = [memory.firstSeen, memory.lastActive].contains {
            $0.map { $0.time == nil && $0.bootID == moment.bootID } ?? false
        }
        guard isUndated, timers[.date] == nil else { return }
        timers[.date] = moment.boot + Self.clockLook
    }

    /// Once the clock is right, what was stamped before in this boot can be dated, and counts after the next one.
    mutating func datePoints(at moment: Moment) {
        guard moment.clock != .unsynced else {
            timers[.date] = moment.boot + Self.clockLook
            return
        }
        for id in configured.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var memory = points[id] else { continue }
            memory.firstSeen = memory.firstSeen?.dated(at: moment)
            memory.lastActive = memory.lastActive?.dated(at: moment)
            guard memory != points[id] else { continue }
            points[id] = memory
            decision.points.append(memory)
        }
    }
}

extension PointMemory {
    /// Whether the last activation, or without one the first reading, is longer ago than `limit`. Where no clock can
    /// tell how long ago it is, nobody is told to do anything.
    func isUntested(for limit: Duration, at moment: Moment) -> Bool {
        guard let elapsed = (lastActive ?? firstSeen)?.elapsed(until: moment) else { return false }
        return elapsed >= limit
    }
}

extension Stamp {
    /// With the civil time, where it is of the same boot and had none.
    fileprivate func dated(at moment: Moment) -> Stamp {
        guard time == nil, bootID == moment.bootID else { return self }
        return Stamp(moment.at(self))
    }
}
