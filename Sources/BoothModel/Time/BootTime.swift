// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An instant on CLOCK_BOOTTIME: nanoseconds since the kernel started, suspend included, never set back.
///
/// Deadlines and spans use it. It means nothing after a restart of the board.
///
/// Instants and spans beyond 292 years are clamped: a stamp that was written by hand must not stop the agent.
package struct BootTime: Hashable, Comparable, Sendable, Codable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Reads a row of the journal: within a hundred years of the start, as every agent has written it.
    package init(from decoder: any Decoder) throws {
        let century: Int64 = 100 * 365 * 86_400 * 1_000_000_000
        let row = try decoder.container(keyedBy: CodingKeys.self)
        nanoseconds = try row.decode(.nanoseconds, in: -century...century)
    }

    /// This instant.
    package static func now() -> BootTime {
        BootTime(nanoseconds: nanosecondsOf(CLOCK_BOOTTIME))
    }

    /// The instant of a CLOCK_MONOTONIC stamp, which is what the kernel puts on a GPIO edge.
    ///
    /// The two clocks differ by the time spent suspended. A stamp from before a suspend is too late by that time.
    package init(monotonicNanoseconds: Int64) {
        let suspended = Self.nanosecondsOf(CLOCK_BOOTTIME) - Self.nanosecondsOf(CLOCK_MONOTONIC)
        nanoseconds = monotonicNanoseconds.clampedSum(suspended)
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
        BootTime(nanoseconds: time.nanoseconds.clampedSum(span.nanoseconds))
    }
    package static func - (later: BootTime, earlier: BootTime) -> Duration {
        .nanoseconds(later.nanoseconds.clampedDifference(earlier.nanoseconds))
    }

    /// Milliseconds until this instant, rounded up; 0: it has passed. Suitable for poll(2) and epoll_wait(2).
    package func millisecondsAway(from now: BootTime = .now()) -> Int {
        Int(max(0, nanoseconds.clampedDifference(now.nanoseconds).clampedSum(999_999) / 1_000_000))
    }
}

extension Duration {
    /// The span in nanoseconds, clamped at 292 years.
    package var nanoseconds: Int64 {
        components.seconds.clampedProduct(1_000_000_000).clampedSum(components.attoseconds / 1_000_000_000)
    }

    /// The span in whole milliseconds, cut.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
