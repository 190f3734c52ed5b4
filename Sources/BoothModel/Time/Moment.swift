// SPDX-License-Identifier: Apache-2.0

/// How far the wall clock can be believed.
package enum ClockState: String, Sendable, Codable {
    /// The kernel says that the clock follows a reference.
    case synced
    /// It did, since the board started; it runs free now.
    case holdover
    /// It never did since the board started: civil time is unknown.
    case unsynced
}

/// One instant on every clock that matters; what rules are told instead of asking.
package struct Moment: Sendable, Hashable {
    /// Elapsed time, for every deadline.
    package var boot: BootTime
    /// Milliseconds since 1970-01-01T00:00:00Z as the wall clock has it, believed or not.
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
    /// An instant near this one on every clock: a reading's, or a deadline.
    package func at(_ instant: BootTime) -> Moment {
        var then = self
        then.boot = instant
        then.wallMilliseconds -= (boot - instant).milliseconds
        then.civil = zone.civil(WallTime(milliseconds: then.wallMilliseconds))
        return then
    }

    /// The instant of `stamp` on every clock of this moment; this moment itself where the stamp is of another boot.
    package func at(_ stamp: Stamp) -> Moment {
        guard stamp.bootID == bootID, stamp.boot < boot else { return self }
        return at(stamp.boot)
    }
}

/// When something happened, as it is kept and shown.
package struct Stamp: Sendable, Hashable, Codable {
    package var bootID: String
    package var boot: BootTime
    /// Local civil time with offset, RFC 3339; absent where the clock was not trusted.
    package var time: String?

    package init(_ moment: Moment) {
        bootID = moment.bootID
        boot = moment.boot
        time = moment.clock == .unsynced ? nil : moment.civil.rfc3339
    }
}
