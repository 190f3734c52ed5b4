// SPDX-License-Identifier: Apache-2.0

/// Whether officers are in, as far as the agent knows.
package struct AttendanceStatus: Codable, Sendable, Hashable {
    package var attended: Bool
    /// `schedule`, `closed`, `armed`, `disarmed`, `clock`, and whatever a later agent may add.
    package var cause: String
    /// When that changes next unless something happens, local civil time with offset; null: not within 400 days, or not
    /// known.
    @Nullable package var until: String?

    package init(_ attendance: Attendance, in zone: Zone) {
        attended = attendance.isAttended
        cause = attendance.cause.rawValue
        until = attendance.until.map { $0.nearestSecond.text(in: zone) }
    }
}

/// What `retry` sends to one target again.
package struct RetriedTarget: Codable, Sendable, Hashable {
    package var target: TargetID
    /// Rejected events that are queued for it again; 0: it is only tried at once.
    package var events: Int

    package init(target: TargetID, events: Int) {
        self.target = target
        self.events = events
    }
}
