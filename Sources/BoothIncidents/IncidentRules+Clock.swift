// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Clock honesty: what was stamped before the time was known is dated when it is; a clock that stays wrong is a fault.
extension IncidentRules {
    /// How often it is asked whether the clock is right by now.
    static let clockLook = Duration.seconds(60)
    /// So long after its start a board may take to learn the time.
    static let clockPatience = Duration.seconds(600)
    /// So long a clock may run free.
    static let longestHoldover = Duration.seconds(86_400)

    /// Looks again for the clock where something could not be dated.
    mutating func lookForClock(at moment: Moment) {
        guard moment.clock == .unsynced, timers[.date] == nil else { return }
        timers[.date] = moment.boot + Self.clockLook
    }

    /// Once the clock is right, what was stamped before in this boot can be dated, and counts after the next one.
    mutating func dateStamps(at moment: Moment) {
        guard moment.clock != .unsynced else {
            if hasUndated(at: moment) { timers[.date] = moment.boot + Self.clockLook }
            return
        }
        timers[.date] = nil
        for id in configured.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var memory = points[id] else { continue }
            memory.firstSeen = memory.firstSeen?.dated(at: moment)
            memory.lastActive = memory.lastActive?.dated(at: moment)
            guard memory != points[id] else { continue }
            points[id] = memory
            decision.points.append(memory)
        }
        for var incident in live.values.sorted(by: { $0.id < $1.id }) where incident.date(at: moment) {
            keep(incident)
        }
    }

    private func hasUndated(at moment: Moment) -> Bool {
        live.values.contains { $0.opened.time == nil && $0.opened.bootID == moment.bootID }
            || points.values.contains { $0.isUndated(at: moment) }
    }

    /// Looks whether the clock has been wrong for too long, or is right again.
    mutating func watchClock(at moment: Moment) {
        switch moment.clock {
        case .synced:
            freeSince = nil
            timers[.clock] = nil
            clearFault(.clock, at: moment)
        case .holdover, .unsynced:
            let since = freeSince ?? moment.boot
            freeSince = since
            let patience = moment.clock == .unsynced ? Self.clockPatience : Self.longestHoldover
            if moment.boot - since >= patience { openFault(.clock, .clock, at: moment) }
            timers[.clock] = moment.boot + Self.clockPatience
        }
    }
}

extension PointMemory {
    /// Whether what is known of it could not be dated in this boot.
    func isUndated(at moment: Moment) -> Bool {
        [firstSeen, lastActive].contains { $0.map { $0.time == nil && $0.bootID == moment.bootID } ?? false }
    }
}

extension Incident {
    /// Gives each stamp of this boot that has none its civil time.
    ///
    /// - Returns: whether there was one.
    fileprivate mutating func date(at moment: Moment) -> Bool {
        let before = self
        opened = opened.dated(at: moment)
        latest = latest.dated(at: moment)
        restored = restored?.dated(at: moment)
        accepted = accepted?.dated(at: moment)
        handed = handed?.dated(at: moment)
        if let at = acknowledged?.at { acknowledged?.at = at.dated(at: moment) }
        for index in steps.indices { steps[index].act.at = steps[index].act.at.dated(at: moment) }
        if let at = closing?.act.at { closing?.act.at = at.dated(at: moment) }
        return self != before
    }
}

extension Stamp {
    /// With the civil time, where it is of the same boot and had none.
    func dated(at moment: Moment) -> Stamp {
        guard time == nil, bootID == moment.bootID else { return self }
        return Stamp(moment.at(self))
    }
}
