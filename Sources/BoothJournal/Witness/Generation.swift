// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The generation of a journal: the first six digits of its sequences. None is ever used twice, and a later one is higher.
///
/// A new one follows the highest that is known. Where nothing is known (an empty state directory, a new card), the clock
/// says how high it must be: it counts spans of ten minutes since 2026, which six digits can do until 2045. A random part
/// of up to a week keeps two cards apart that were begun within one span. A booth that knows its generation never falls
/// behind the clock either, so that a card that is a week newer is ahead of the old one. docs/decisions/0001 says why.
enum Generation {
    static let most: Int64 = 999_999
    /// 2026-01-01T00:00:00Z in seconds since 1970.
    private static let epoch: Int64 = 1_767_225_600
    private static let span: Int64 = 600
    /// Spans that the random part covers.
    private static let spread: Int64 = 1024

    /// The generation that follows.
    ///
    /// - Parameters:
    ///   - known: the highest that anything still tells of; nil: nothing does.
    ///   - now: seconds since 1970, as the clock says; a clock that was never set is below 2026.
    ///   - floor: a time in seconds since 1970 that is over for certain: when this program was installed.
    static func next(
        after known: Int64?, now: Int64 = wallSeconds(), floor: Int64 = programTime(),
        random: Int64 = .random(in: 0..<spread)
    ) -> Int64 {
        let spans = max(0, max(now, floor) - epoch) / span
        guard let known else { return min(most, 1 + spans + min(max(random, 0), spread - 1)) }
        return min(most, max(known + 1, 1 + spans))
    }

    private static func wallSeconds() -> Int64 { Int64(time(nil)) }

    /// When the running program was written to disk, in seconds since 1970; 0 where nobody says.
    private static func programTime() -> Int64 {
        var status = stat()
        return stat("/proc/self/exe", &status) == 0 ? Int64(status.st_mtim.tv_sec) : 0
    }
}
