// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When a target may be tried again. Told the time; pure.
///
/// It has two times, because a new press ends an ordinary wait, but nothing ends a `Retry-After`.
package struct Backoff: Sendable {
    /// The longest `Retry-After` that is obeyed.
    package static let longestHold = Duration.seconds(3600)

    private let first: Duration
    private let most: Duration
    /// Failures since the last success; at most 30, because the wait grows no further.
    package private(set) var failures = 0
    /// Anything may be sent from this time on; nil: now.
    package private(set) var opens: BootTime?
    /// Presses may be sent from this time on; nil: now.
    package private(set) var opensForHelp: BootTime?

    /// - Parameters:
    ///   - first: the longest wait after the first failure, more than zero.
    ///   - most: the longest wait after any number of failures.
    package init(first: Duration, most: Duration) {
        self.first = first
        self.most = max(first, most)
    }

    /// The longest wait after the next failure: it doubles from `first` to `most`.
    package var ceiling: Duration {
        // 2^30 times the shortest configurable wait is longer than `most` can be.
        min(most, first * (1 << min(failures, 30)))
    }

    /// The platform cannot accept now, or does not answer. The wait is random between 0 and `ceiling` (full jitter).
    ///
    /// - Parameter hold: its `Retry-After`; values over an hour count as an hour.
    package mutating func failed(
        at now: BootTime, hold: Duration? = nil, using random: inout some RandomNumberGenerator
    ) {
        // A press may be tried during the wait. Its failure does not change the wait of the other events.
        if !isClosed(at: now) {
            opens = now + Self.jitter(upTo: ceiling, using: &random)
            failures = min(failures + 1, 30)
        }
        guard let hold else { return }
        let held = now + min(max(hold, .zero), Self.longestHold)
        opensForHelp = held
        // The random part keeps the booths from coming all at once when the same hold ends.
        let spread = held + Self.jitter(upTo: first, using: &random)
        opens = max(opens ?? spread, spread)
    }

    /// An operator has to act: try only every `most`, with a random part so that booths do not come all at once.
    package mutating func refused(at now: BootTime, using random: inout some RandomNumberGenerator) {
        guard !isClosed(at: now) else { return }
        opens = now + most + Self.jitter(upTo: most / 4, using: &random)
        failures = min(failures + 1, 30)
    }

    /// The platform gave receipts: no wait.
    package mutating func succeeded() {
        failures = 0
        opens = nil
        opensForHelp = nil
    }

    /// The platform answered without a receipt: this wait ends, but the next one is as long as before.
    package mutating func answered() {
        opens = nil
        opensForHelp = nil
    }

    /// An operator wants a retry now. A `Retry-After` stays in force, and the next wait does not get shorter.
    package mutating func reopen(at now: BootTime) {
        if !isHeld(at: now) { opens = nil }
    }

    /// Whether ordinary events have to wait.
    package func isClosed(at now: BootTime) -> Bool { opens.map { now < $0 } ?? false }

    /// Whether everything has to wait, presses too.
    package func isHeld(at now: BootTime) -> Bool { opensForHelp.map { now < $0 } ?? false }

    /// A random duration from 0 to `span`, evenly distributed.
    package static func jitter(upTo span: Duration, using random: inout some RandomNumberGenerator) -> Duration {
        .nanoseconds(Int64.random(in: 0...max(0, span.nanoseconds), using: &random))
    }
}
