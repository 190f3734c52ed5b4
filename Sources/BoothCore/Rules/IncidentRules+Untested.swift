// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Points that were not active for long. Whether they work is not known until somebody tries them.
extension IncidentRules {
    /// When a point last became active; nil: never.
    package func lastActive(of point: PointID) -> Stamp? { points[point]?.lastActive }

    /// Points without an activation for longer than their `untested`, in order of their ids.
    package func untestedPoints(at moment: Moment) -> [PointID] {
        configured.values.filter { isUntested($0, at: moment) }.map(\.id).sorted { $0.rawValue < $1.rawValue }
    }

    /// How often officers must open the letter box at least, even without letters.
    package static let boxDuty = Duration.seconds(7 * 86_400)

    /// Letter boxes that nobody opened for a week, in order of their doors' ids.
    package func unopenedBoxes(at moment: Moment) -> [PointID] {
        let doors = configured.values.filter { point in
            guard point.kind == .mailDoor, let memory = points[point.id] else { return false }
            return !memory.isActive(as: point.kind) && memory.isUntested(for: Self.boxDuty, at: moment)
        }
        return doors.map(\.id).sorted { $0.rawValue < $1.rawValue }
    }

    private func isUntested(_ point: PointConfiguration, at moment: Moment) -> Bool {
        guard let memory = points[point.id] else { return false }
        return point.kind.isUsedNowAndThen && !memory.isActive(as: point.kind)
            && memory.isUntested(for: point.rules.untested, at: moment)
    }

    /// Notes when the point was first seen, if that is not known. Stamps that an earlier boot could not date are
    /// dropped.
    mutating func noteFirstSeen(_ memory: inout PointMemory, at moment: Moment) {
        if let active = memory.lastActive, active.time == nil, active.bootID != moment.bootID {
            memory.lastActive = nil
            memory.firstSeen = nil
        }
        if let seen = memory.firstSeen, seen.time != nil || seen.bootID == moment.bootID { return }
        memory.firstSeen = Stamp(moment)
    }
}

extension PointMemory {
    /// Whether the last activation is at least `limit` ago; without an activation, whether the first reading is. If no
    /// clock can tell, false: nobody is asked to try the point.
    func isUntested(for limit: Duration, at moment: Moment) -> Bool {
        guard let elapsed = (lastActive ?? firstSeen)?.elapsed(until: moment) else { return false }
        return elapsed >= limit
    }
}
