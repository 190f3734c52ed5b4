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
        if let override = memory.override, case .left(let left) = worth(of: override, at: moment) {
            let until = WallTime(milliseconds: wall.milliseconds + left.milliseconds)
            return Attendance(
                isAttended: override.isAttended, cause: override.isAttended ? .disarmed : .armed,
                until: moment.clock == .unsynced ? nil : until)
        }
        guard moment.clock != .unsynced else { return Attendance(isAttended: false, cause: .clock) }
        let isAttended = schedule.isAttended(at: moment)
        let isClosed = !isAttended && schedule.isClosed(moment.civil.date)
        return Attendance(
            isAttended: isAttended, cause: isClosed ? .closed : .schedule,
            until: schedule.nextChange(after: wall, in: moment.zone))
    }

    /// Whether officers are in now.
    func isAttended(at moment: Moment) -> Bool {
        if let override = memory.override, case .left = worth(of: override, at: moment) { return override.isAttended }
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
        guard until == nil, moment.clock != .unsynced, !schedule.isAttended(at: moment) else {
            // When the attendance ends that it is for cannot be told without a clock.
            let most = moment.clock == .unsynced ? Self.longestVisit : Self.longestOverride
            return override(isAttended: false, until: until, atMost: most, by: actor, at: moment)
        }
        // The schedule says the same: only what said otherwise ends.
        remember { $0.override = nil }
        blind.hasOverridden = true
        watchAttendance(at: moment)
        return nil
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
            let change = schedule.nextChange(after: WallTime(milliseconds: moment.wallMilliseconds), in: moment.zone)
        {
            span = min(most, .milliseconds(change.milliseconds - moment.wallMilliseconds))
        }
        remember {
            $0.override = AttendanceOverride(isAttended: isAttended, by: actor, at: Stamp(moment), span: span)
        }
        blind.hasOverridden = true
        watchAttendance(at: moment)
        return nil
    }

    /// What an override is worth now.
    private enum Worth {
        /// It holds for so long.
        case left(Duration)
        /// It is of another boot, and without a clock nobody can tell: every hour counts as unattended until then.
        case unknown
        case over
    }

    private func worth(of override: AttendanceOverride, at moment: Moment) -> Worth {
        guard let age = override.at.elapsed(until: moment) else {
            // What no clock dated before the power went will never be told.
            return override.at.time == nil || moment.clock != .unsynced ? .over : .unknown
        }
        let left = override.span - age
        return age >= .zero && left > .zero ? .left(left) : .over
    }

    /// Somebody may have come or gone: open doors count differently from then on.
    mutating func watchAttendance(at moment: Moment) {
        rebaseOverride(at: moment)
        let now = attendance(at: moment)
        if wasAttended != now.isAttended {
            let isStart = wasAttended == nil
            if !isStart { decision.attendance = now }
            wasAttended = now.isAttended
            watchHeldDoors(isStart: isStart, at: moment)
        }
        let wait = now.until.map { Duration.milliseconds($0.milliseconds - moment.wallMilliseconds) }
        let isFixed = schedule.attended.isEmpty && memory.override == nil
        timers[.attendance] =
            isFixed
            ? nil : moment.boot + min(max(wait ?? endOfOverride(at: moment), .milliseconds(1)), Self.longestLook)
    }

    private func endOfOverride(at moment: Moment) -> Duration {
        guard let override = memory.override, case .left(let left) = worth(of: override, at: moment) else {
            return Self.longestLook
        }
        return left
    }

    /// Forgets an override that is over, and reckons one of another boot by this boot's elapsed time from now on: then no
    /// setting of the clock changes when it ends.
    private mutating func rebaseOverride(at moment: Moment) {
        guard let override = memory.override else { return }
        switch worth(of: override, at: moment) {
        case .over: remember { $0.override = nil }
        case .left(let left) where override.at.bootID != moment.bootID:
            remember {
                $0.override?.at.bootID = moment.bootID
                $0.override?.at.boot = moment.boot + (left - override.span)
            }
        case .left, .unknown: break
        }
    }
}
