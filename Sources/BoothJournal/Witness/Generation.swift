// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The generation of a journal: the first six digits of its sequences. It is never used twice, and it only rises.
///
/// A new generation is higher than the highest known one. If none is known (empty state directory, new card), it comes
/// from the clock: the number of ten-minute spans since 2026, which fits in six digits until 2045. A random part of up
/// to a week separates two cards that were begun in the same span. A known generation never falls behind the clock
/// either. So a card that is a week newer is ahead of the old one. docs/decisions/0001 says why.
enum Generation {
    static let most: Int64 = 999_999
    /// 2026-01-01T00:00:00Z in seconds since 1970.
    private static let epoch: Int64 = 1_767_225_600
    private static let span: Int64 = 600
    /// Size of the random part, in spans.
    private static let spread: Int64 = 1024

    /// The next generation.
    ///
    /// - Parameters:
    ///   - known: the highest known generation; nil: none is known.
    ///   - now: the clock's time in seconds since 1970; a clock that was never set is below 2026.
    ///   - floor: a time in the past for certain, in seconds since 1970: when this program was installed.
    static func next(
        after known: Int64?, now: Int64 = wallSeconds(), floor: Int64 = programTime(),
        random: Int64 = .random(in: 0..<spread)
    ) -> Int64 {
        let spans = max(0, max(now, floor) - epoch) / span
        guard let known else { return min(most, 1 + spans + min(max(random, 0), spread - 1)) }
        return min(most, max(known + 1, 1 + spans))
    }

    private static func wallSeconds() -> Int64 { Int64(time(nil)) }

    /// When the running program was written to disk, in seconds since 1970; 0: not known.
    private static func programTime() -> Int64 {
        var status = stat()
        return stat("/proc/self/exe", &status) == 0 ? Int64(status.st_mtim.tv_sec) : 0
    }
}
