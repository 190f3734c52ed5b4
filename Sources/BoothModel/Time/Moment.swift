// SPDX-License-Identifier: Apache-2.0

/// How far the wall clock can be trusted.
package enum ClockState: String, Sendable, Codable {
    /// The kernel says that the clock follows a reference.
    case synced
    /// It has followed one since the board started, and runs free now.
    case holdover
    /// It has never followed one since the board started: civil time is unknown.
    case unsynced
}

/// One instant on every clock. The rules are told it, and read no clock.
package struct Moment: Sendable, Hashable {
    /// Elapsed time, for every deadline.
    package var boot: BootTime
    /// Milliseconds since 1970-01-01T00:00:00Z by the wall clock, trusted or not.
    package var wallMilliseconds: Int64
    /// The same in the booth's zone.
    package var civil: CivilTime
    package var zone: Zone
    package var clock: ClockState
    /// The kernel's boot id, 32 hexadecimal digits: which `boot` this is.
    package var bootID: String

    package init(boot: BootTime, wallMilliseconds: Int64, in zone: Zone, clock: ClockState, bootID: String) {
        self.boot = boot
        self.wallMilliseconds = wallMilliseconds
        civil = zone.civil(WallTime(milliseconds: wallMilliseconds))
        self.zone = zone
        self.clock = clock
        self.bootID = bootID
    }
}

extension Moment {
    /// Another instant near this one, on every clock: of a reading, or a deadline.
    package func at(_ instant: BootTime) -> Moment {
        var then = self
        then.boot = instant
        then.wallMilliseconds -= (boot - instant).milliseconds
        then.civil = zone.civil(WallTime(milliseconds: then.wallMilliseconds))
        return then
    }

    /// The instant of `stamp` on every clock. If the stamp is of another boot, or not earlier, this moment itself.
    package func at(_ stamp: Stamp) -> Moment {
        guard stamp.bootID == bootID, stamp.boot < boot else { return self }
        return at(stamp.boot)
    }
}

/// When something happened, as it is stored and shown.
package struct Stamp: Sendable, Hashable, Codable {
    package var bootID: String
    package var boot: BootTime
    /// Local civil time with offset, RFC 3339; absent: the clock was not trusted.
    package var time: String?

    package init(_ moment: Moment) {
        bootID = moment.bootID
        boot = moment.boot
        time = moment.clock == .unsynced ? nil : moment.civil.rfc3339
    }
}
