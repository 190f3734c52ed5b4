// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Whether officers are in, as docs/incidents.md says: what was armed or disarmed, else the schedule, else nobody.
struct Presence {
    private struct Override {
        var isIn: Bool
        /// Elapsed nanoseconds of this boot.
        var until: Int64
    }

    private let attended: [WeeklySchedule.Attendance]
    private var override: Override?
    /// An override of another boot may hold or not, depending on what a clock said then and says now.
    private(set) var isUnsure = false

    init(_ schedule: WeeklySchedule) { attended = schedule.attended }

    mutating func started(_ memory: BoothMemory?, at moment: Moment) {
        override = nil
        isUnsure = false
        guard let before = memory?.override else { return }
        guard before.at.bootID == moment.bootID else {
            isUnsure = true
            return
        }
        override = Override(isIn: before.isAttended, until: (before.at.boot + before.span).nanoseconds)
    }

    mutating func becomeUnsure() { isUnsure = true }

    func isIn(at moment: Moment) -> Bool {
        if let override, moment.boot.nanoseconds < override.until { return override.isIn }
        return isInBySchedule(at: moment)
    }

    func isInBySchedule(at moment: Moment) -> Bool {
        guard moment.clock != .unsynced else { return false }
        return isIn(on: moment.civil.weekday, minute: moment.civil.minuteOfDay)
    }

    private func isIn(on day: Weekday, minute: Int) -> Bool {
        attended.contains { $0.day == day && minute >= $0.minutes.lowerBound && minute < $0.minutes.upperBound }
    }

    /// Milliseconds until the schedule changes; the zone has one offset. Nil: never.
    private func untilChange(at moment: Moment) -> Int64? {
        let now = isInBySchedule(at: moment)
        let civil = moment.civil
        let intoMinute = Int64(civil.second) * 1000 + Int64(civil.millisecond)
        for minutes in 1...(8 * 1440) {
            let minute = civil.minuteOfDay + minutes
            let day = Weekday(rawValue: (civil.weekday.rawValue - 1 + minute / 1440) % 7 + 1) ?? .monday
            if isIn(on: day, minute: minute % 1440) != now { return Int64(minutes) * 60_000 - intoMinute }
        }
        return nil
    }

    /// - Returns: why it was refused, as `task.done` spells it; nil: it holds from now on.
    mutating func arm(until: WallTime?, at moment: Moment) -> String? {
        if until == nil, moment.clock != .unsynced, !isInBySchedule(at: moment) {
            override = nil
            isUnsure = false
            return nil
        }
        let most: Int64 = moment.clock == .unsynced ? 12 * 3_600_000 : 7 * 86_400_000
        return set(isIn: false, until: until, most: most, at: moment)
    }

    mutating func disarm(until: WallTime?, at moment: Moment) -> String? {
        set(isIn: true, until: until, most: 12 * 3_600_000, at: moment)
    }

    private mutating func set(isIn: Bool, until: WallTime?, most: Int64, at moment: Moment) -> String? {
        var span = most
        if let until {
            guard moment.clock != .unsynced else { return "clock" }
            span = until.milliseconds - moment.wallMilliseconds
            guard span > 0, span <= 7 * 86_400_000 else { return "until" }
        } else if moment.clock != .unsynced, let change = untilChange(at: moment) {
            span = min(span, change)
        }
        override = Override(isIn: isIn, until: moment.boot.nanoseconds + span * 1_000_000)
        isUnsure = false
        return nil
    }
}
