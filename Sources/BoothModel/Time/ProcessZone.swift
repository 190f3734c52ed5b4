// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

// The time zone of a process, which the environment names. The core is given a `Zone` instead.

extension CivilTime {
    /// The civil time of an instant in the process's time zone (localtime_r(3)).
    ///
    /// - Parameter wallMilliseconds: milliseconds since 1970-01-01T00:00:00Z.
    package init(wallMilliseconds: Int64) {
        // Rounded down: a board that starts at 1970 has instants before that.
        let millisecond = (wallMilliseconds % 1000 + 1000) % 1000
        var seconds = time_t((wallMilliseconds - millisecond) / 1000)
        var fields = tm()
        localtime_r(&seconds, &fields)
        self.init(
            date: CivilDate(year: Int(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday)),
            weekday: fields.tm_wday == 0 ? .sunday : Weekday(rawValue: Int(fields.tm_wday)) ?? .sunday,
            minuteOfDay: Int(fields.tm_hour) * 60 + Int(fields.tm_min),
            second: Int(fields.tm_sec), millisecond: Int(millisecond),
            offsetSeconds: Int(fields.tm_gmtoff))
    }
}

/// The time zone of this process.
package enum TimeZoneDatabase {
    /// Whether the system's zone database has `name`, an IANA name such as `Asia/Shanghai`.
    package static func contains(_ name: String) -> Bool {
        guard !name.isEmpty, !name.hasPrefix("/"), !name.contains("..") else { return false }
        var status = stat()
        return stat("/usr/share/zoneinfo/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Makes `name` the zone of every `CivilTime` of this process; before other threads start (setenv(3), tzset(3)).
    package static func use(_ name: String) {
        setenv("TZ", ":\(name)", 1)
        tzset()
    }
}

extension Zone {
    /// The process's zone, as localtime_r(3) knows it from 1970 to 2100.
    ///
    /// Made once for each value of `TZ`, because it takes some thousand calls of localtime_r(3).
    package static var ofProcess: Zone {
        let name = getenv("TZ").map { String(cString: $0) } ?? ""
        return made.withLock { made in
            if let zone = made[name] { return zone }
            let zone = sample()
            made[name] = zone
            return zone
        }
    }

    private static let made = Mutex<[String: Zone]>([:])

    /// No zone changes its offset twice within this time, in seconds.
    private static let step: Int64 = 14 * 86_400
    /// 2100-01-01.
    private static let end: Int64 = 4_102_444_800

    private static func sample() -> Zone {
        tzset()
        let first = offset(at: 0)
        var changes: [Change] = []
        var (before, known) = (Int64(0), first)
        while before < end {
            let after = before + step
            let offset = offset(at: after)
            if offset != known {
                changes.append(Change(at: firstInstant(from: before, to: after, with: offset), offset: offset))
            }
            (before, known) = (after, offset)
        }
        return Zone(offset: first, changes: changes)
    }

    /// When `offset` begins, between `before`, which does not have it, and `after`, which has it.
    private static func firstInstant(from before: Int64, to after: Int64, with offset: Int) -> WallTime {
        var (before, after) = (before, after)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if Self.offset(at: middle) == offset { after = middle } else { before = middle }
        }
        return WallTime(milliseconds: after * 1000)
    }

    private static func offset(at seconds: Int64) -> Int {
        var instant = time_t(seconds)
        var fields = tm()
        localtime_r(&instant, &fields)
        return Int(fields.tm_gmtoff)
    }
}
