// SPDX-License-Identifier: Apache-2.0

/// An override of the schedule: an officer or a platform armed or disarmed the booth.
package struct AttendanceOverride: Sendable, Hashable, Codable {
    /// Whether somebody is in.
    package var isAttended: Bool
    package var by: Actor
    package var at: Stamp
    /// How long it holds from `at` on, by elapsed time. Setting the wall clock does not change it.
    package var span: Duration

    package init(isAttended: Bool, by: Actor, at: Stamp, span: Duration) {
        self.isAttended = isAttended
        self.by = by
        self.at = at
        self.span = span
    }

    package init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        isAttended = try row.decode(Bool.self, forKey: .isAttended)
        by = try row.decode(Actor.self, forKey: .by)
        at = try row.decode(Stamp.self, forKey: .at)
        span = try row.decode(.span, in: .zero ... .seconds(100 * 365 * 86_400))
    }
}

/// Whether officers are in, as far as the agent knows.
package struct Attendance: Sendable, Hashable {
    package enum Cause: String, Sendable, Codable {
        /// The weekly schedule says so.
        case schedule
        /// A closed date.
        case closed
        /// `arm`.
        case armed
        /// `disarm`.
        case disarmed
        /// The clock is not trusted: every hour counts as unattended.
        case clock
    }

    package var isAttended: Bool
    package var cause: Cause
    /// When that changes next, unless something happens; nil: not within 400 days, or not known.
    package var until: WallTime?

    package init(isAttended: Bool, cause: Cause, until: WallTime? = nil) {
        self.isAttended = isAttended
        self.cause = cause
        self.until = until
    }
}
