// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Whether officers are in: the schedule says it, and a platform or an officer may say otherwise until a time.
extension IncidentRules {
    /// Without a time of its own, `disarm` ends when the schedule changes next, and after so long at most.
    static let longestVisit = Duration.seconds(12 * 3600)
    /// A time further away than this is a slip of the pen.
    static let longestOverride = Duration.seconds(7 * 86_400)
    /// The wall clock is looked at so often at least while somebody is to come or go: it may be set.
    static let longestLook = Duration.seconds(3600)

    /// Whether officers are in as far as the agent knows, why, and until when.
    package func attendance(at moment: Moment) -> Attendance {
        let wall = WallTime(milliseconds: moment.wallMilliseconds)
        if let override = memory.override, let left = left(of: override, at: moment), left > .zero {
            let until = WallTime(milliseconds: wall.milliseconds + left.milliseconds)
            return Attendance(
                isAttended: override.isAttended, cause: override.isAttended ? .disarmed : .armed,
                until: moment.clock == .unsynced ? nil : until)
        }
        guard moment.clock != .unsynced else { return Attendance(isAttended: false, cause: .clock) }
        let isAttended = schedule.isAttended(at: moment)
        let isClosed = !isAttended && schedule.isClosed(moment.civil.date)
        return Attendance(
            isAttended: isAttended, cause: isClosed ? .closed : .schedule, until: schedule.nextChange(after: wall))
    }

    /// Whether officers are in now.
    func isAttended(at moment: Moment) -> Bool {
        if let override = memory.override, let left = left(of: override, at: moment), left > .zero {
            return override.isAttended
        }
        return schedule.isAttended(at: moment)
    }

    /// Nobody is in, whatever the schedule says.
    ///
    /// - Parameter until: nil: until the attendance under way ends.
    /// - Returns: `until` where that time is over, or more than 7 days away; `clock` where it cannot be told.
    package mutating func arm(
        until: WallTime?, by actor: Actor, at moment: Moment
    ) -> Result<Decision, TaskRecord.Refusal> {
        arm(until: until, by: actor, moment).map(Result.failure) ?? .success(finish())
    }

    /// Somebody is in, whatever the schedule says.
    ///
    /// - Parameter until: nil: until the schedule changes next, and 12 hours at most.
    /// - Returns: as of `arm`.
    package mutating func disarm(
        until: WallTime?, by actor: Actor, at moment: Moment
    ) -> Result<Decision, TaskRecord.Refusal> {
        disarm(until: until, by: actor, moment).map(Result.failure) ?? .success(finish())
    }

    mutating func arm(until: WallTime?, by actor: Actor, _ moment: Moment) -> TaskRecord.Refusal? {
        if until == nil, !schedule.isAttended(at: moment) {
            // The schedule says the same: only what said otherwise ends.
            remember { $0.override = nil }
            decision.canBeToldAgain = false
            watchAttendance(at: moment)
            return nil
        }
        return override(isAttended: false, until: until, atMost: Self.longestOverride, by: actor, at: moment)
    }

    mutating func disarm(until: WallTime?, by actor: Actor, _ moment: Moment) -> TaskRecord.Refusal? {
        override(isAttended: true, until: until, atMost: Self.longestVisit, by: actor, at: moment)
    }

    private mutating func override(
        isAttended: Bool, until: WallTime?, atMost most: Duration, by actor: Actor, at moment: Moment
    ) -> TaskRecord.Refusal? {
        var span = most
        if let until {
            guard moment.clock != .unsynced else { return .clock }
            span = .milliseconds(until.milliseconds - moment.wallMilliseconds)
            guard span > .zero, span <= Self.longestOverride else { return .until }
        } else if moment.clock != .unsynced,
            let change = schedule.nextChange(after: WallTime(milliseconds: moment.wallMilliseconds))
        {
            span = min(most, .milliseconds(change.milliseconds - moment.wallMilliseconds))
        }
        remember {
            $0.override = AttendanceOverride(isAttended: isAttended, by: actor, at: Stamp(moment), span: span)
        }
        decision.canBeToldAgain = false
        watchAttendance(at: moment)
        return nil
    }

    /// How long an override still holds; nil where that cannot be told: then it does not, and the schedule counts.
    private func left(of override: AttendanceOverride, at moment: Moment) -> Duration? {
        guard let age = override.at.elapsed(until: moment), age >= .zero else { return nil }
        return override.span - age
    }

    /// The wall clock was set, or is trusted now: what follows from it is looked at anew.
    package mutating func clockChanged(at moment: Moment) -> Decision {
        dateStamps(at: moment)
        watchAttendance(at: moment)
        watchClock(at: moment)
        return finish()
    }

    /// Somebody may have come or gone: open doors count differently from then on.
    mutating func watchAttendance(at moment: Moment) {
        let now = attendance(at: moment)
        if let override = memory.override, (left(of: override, at: moment) ?? .zero) <= .zero {
            remember { $0.override = nil }
        }
        if wasAttended != now.isAttended {
            wasAttended = now.isAttended
            watchHeldDoors(at: moment)
        }
        let wait = now.until.map { Duration.milliseconds($0.milliseconds - moment.wallMilliseconds) }
        let isFixed = schedule.attended.isEmpty && memory.override == nil
        timers[.attendance] =
            isFixed ? nil : moment.boot + min(max(wait ?? Self.longestLook, .milliseconds(1)), Self.longestLook)
    }
}
