// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An instant on CLOCK_BOOTTIME: nanoseconds since the kernel started, suspend included, never set back.
///
/// Deadlines and spans are reckoned on it; it means nothing across a restart of the board.
package struct BootTime: Hashable, Comparable, Sendable, Codable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// This instant.
    package static func now() -> BootTime {
        BootTime(nanoseconds: nanosecondsOf(CLOCK_BOOTTIME))
    }

    /// The instant of a CLOCK_MONOTONIC stamp, which is what the kernel puts on a GPIO edge.
    ///
    /// The two clocks differ by the time spent suspended; a stamp from before a suspend comes out late by it.
    package init(monotonicNanoseconds: Int64) {
        let suspended = Self.nanosecondsOf(CLOCK_BOOTTIME) - Self.nanosecondsOf(CLOCK_MONOTONIC)
        nanoseconds = monotonicNanoseconds + suspended
    }

    private static func nanosecondsOf(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Whole milliseconds since the kernel started.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    package static func < (left: BootTime, right: BootTime) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (time: BootTime, span: Duration) -> BootTime {
        BootTime(nanoseconds: time.nanoseconds + span.nanoseconds)
    }
    package static func - (later: BootTime, earlier: BootTime) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }

    /// Milliseconds until this instant, rounded up, 0 when it has passed: what poll(2) and epoll_wait(2) take.
    package func millisecondsAway(from now: BootTime = .now()) -> Int {
        Int(max(0, (nanoseconds - now.nanoseconds + 999_999) / 1_000_000))
    }
}

extension Duration {
    /// The span in nanoseconds; exact up to 292 years.
    package var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }

    /// The span in whole milliseconds, cut.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
