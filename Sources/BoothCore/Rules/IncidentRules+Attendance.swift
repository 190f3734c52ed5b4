// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Whether officers are in. The schedule decides, unless a platform or an officer overrides it for a time.
extension IncidentRules {
    /// The longest `disarm` without a time of its own. It ends earlier if the schedule changes.
    static let longestVisit = Duration.seconds(12 * 3600)
    /// A time further away than this is a typing error, and is refused.
    static let longestOverride = Duration.seconds(7 * 86_400)
    /// The longest time between two checks of the wall clock while attendance can change, because the clock may be set.
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

    /// Arms the booth: nobody is in, whatever the schedule says.
    ///
    /// - Parameter until: when it ends; nil: when the current attendance ends, or after 12 hours if the clock is not
    ///   trusted.
    /// - Returns: the failure `until` if that time is over, or more than 7 days away; `clock` if the clock is not
    ///   trusted.
    package mutating func arm(
        until: WallTime?, by actor: Actor, at moment: Moment
    ) -> Result<Decision, TaskRecord.Refusal> {
        arm(until: until, by: actor, moment).map(Result.failure) ?? .success(finish())
    }

    /// Disarms the booth: somebody is in, whatever the schedule says.
    ///
    /// - Parameter until: when it ends; nil: when the schedule changes next, or after 12 hours.
    /// - Returns: as for `arm`.
    package mutating func disarm(
        until: WallTime?, by actor: Actor, at moment: Moment
    ) -> Result<Decision, TaskRecord.Refusal> {
        disarm(until: until, by: actor, moment).map(Result.failure) ?? .success(finish())
    }

    mutating func arm(until: WallTime?, by actor: Actor, _ moment: Moment) -> TaskRecord.Refusal? {
        guard until == nil, moment.clock != .unsynced, !schedule.isAttended(at: moment) else {
            // Without a trusted clock, the end of the current attendance is not known.
            let most = moment.clock == .unsynced ? Self.longestVisit : Self.longestOverride
            return override(isAttended: false, until: until, atMost: most, by: actor, at: moment)
        }
        // The schedule also says that nobody is in, so it is enough to end the override.
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

    /// Whether an override still holds.
    private enum Worth {
        /// It holds for this long.
        case left(Duration)
        /// Its age is not known: it is of another boot, and the clock is not trusted. Until the clock is trusted, every
        /// hour counts as unattended.
        case unknown
        case over
    }

    private func worth(of override: AttendanceOverride, at moment: Moment) -> Worth {
        guard let age = override.at.elapsed(until: moment) else {
            // An undated stamp of another boot can never be dated.
            return override.at.time == nil || moment.clock != .unsynced ? .over : .unknown
        }
        let left = override.span - age
        return age >= .zero && left > .zero ? .left(left) : .over
    }

    /// Applies a change of attendance, if there is one. Open doors count differently from then on.
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

    /// Forgets an override that is over. Converts an override of another boot to this boot's elapsed time, so that
    /// setting the clock no longer changes its end.
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
