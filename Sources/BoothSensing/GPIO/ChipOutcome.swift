// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// What came of using the lines of a chip.
struct ChipOutcome {
    /// In the order in which they hold.
    var reports: [SensorReport] = []
    /// Why the chip counts as gone; nil while it does not.
    var gone: GPIOError?

    /// Adds what came next.
    static func += (outcome: inout ChipOutcome, next: ChipOutcome) {
        outcome.reports += next.reports
        outcome.gone = outcome.gone ?? next.gone
    }
}

/// How long a chip that fails, and does not call itself gone, is put up with: an expander on I2C may miss a turn, and
/// comes back faster than a chip that is released and looked for.
struct ChipPatience {
    /// From an attempt that failed to the next.
    static let retry = Duration.milliseconds(200)
    /// Attempts in a row that may fail.
    static let most = 10

    private var failures = 0
    private var lastCounted: BootTime?

    mutating func succeed() { self = ChipPatience() }

    /// An attempt sooner than `retry` after the last one is not counted: a line that floods is looked at more often, and
    /// what the chip is allowed is a time.
    ///
    /// - Returns: whether the chip counts as gone now.
    mutating func fail(_ error: GPIOError, at time: BootTime) -> Bool {
        if error.meansChipGone { return true }
        if let lastCounted, time - lastCounted < Self.retry { return false }
        lastCounted = time
        failures += 1
        return failures >= Self.most
    }
}
