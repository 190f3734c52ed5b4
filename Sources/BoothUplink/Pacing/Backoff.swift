// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When a target may be tried again. Told the time; pure.
///
/// Two instants, since a new event of priority 1 breaks an ordinary wait, and nothing breaks a `Retry-After`.
package struct Backoff: Sendable {
    /// The longest `Retry-After` that is obeyed.
    package static let longestHold = Duration.seconds(3600)

    private let first: Duration
    private let most: Duration
    /// Failures since the last success; stops counting where the wait no longer grows.
    package private(set) var failures = 0
    /// From here on anything may be sent; nil: now.
    package private(set) var opens: BootTime?
    /// From here on what is urgent may be sent; nil: now.
    package private(set) var opensForHelp: BootTime?

    /// - Parameters:
    ///   - first: the longest wait after the first failure, more than zero.
    ///   - most: the longest wait after any number of failures.
    package init(first: Duration, most: Duration) {
        self.first = first
        self.most = max(first, most)
    }

    /// The longest wait after one failure more: doubling from `first` to `most`.
    package var ceiling: Duration {
        // 2^30 times the least that can be configured is longer than any wait.
        min(most, first * (1 << min(failures, 30)))
    }

    /// The platform cannot now, or does not answer: full jitter, anything between nothing and the ceiling.
    ///
    /// - Parameter hold: its `Retry-After`; longer ones than an hour count as an hour.
    package mutating func failed(
        at now: BootTime, hold: Duration? = nil, using random: inout some RandomNumberGenerator
    ) {
        // An attempt out of turn, by a press while waiting, neither shortens nor lengthens the wait of the others.
        if !isClosed(at: now) {
            opens = now + Self.jitter(upTo: ceiling, using: &random)
            failures = min(failures + 1, 30)
        }
        guard let hold else { return }
        let held = now + min(max(hold, .zero), Self.longestHold)
        opensForHelp = held
        // Not all booths at the very end of a hold that all were given.
        let spread = held + Self.jitter(upTo: first, using: &random)
        opens = max(opens ?? spread, spread)
    }

    /// Somebody has to act: no more often than `most`, and not in step with other booths.
    package mutating func refused(at now: BootTime, using random: inout some RandomNumberGenerator) {
        guard !isClosed(at: now) else { return }
        opens = now + most + Self.jitter(upTo: most / 4, using: &random)
        failures = min(failures + 1, 30)
    }

    /// The platform gave its receipts.
    package mutating func succeeded() {
        failures = 0
        opens = nil
        opensForHelp = nil
    }

    /// The platform took or judged something, without a receipt: the wait is over, and the next one as long as before.
    package mutating func answered() {
        opens = nil
        opensForHelp = nil
    }

    /// Somebody wants a try at once, unless the platform said when; the next wait is as long as it would have been.
    package mutating func reopen(at now: BootTime) {
        if !isHeld(at: now) { opens = nil }
    }

    /// Whether an ordinary event has to wait.
    package func isClosed(at now: BootTime) -> Bool { opens.map { now < $0 } ?? false }

    /// Whether everything has to wait, a press as well.
    package func isHeld(at now: BootTime) -> Bool { opensForHelp.map { now < $0 } ?? false }

    /// Anything between nothing and `span`, evenly.
    package static func jitter(upTo span: Duration, using random: inout some RandomNumberGenerator) -> Duration {
        .nanoseconds(Int64.random(in: 0...max(0, span.nanoseconds), using: &random))
    }
}
