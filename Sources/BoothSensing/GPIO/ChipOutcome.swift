// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

struct ChipOutcome {
    /// In the order in which they are valid.
    var reports: [SensorReport] = []
    /// Why the chip counts as gone; nil if it does not.
    var gone: GPIOError?

    static func += (outcome: inout ChipOutcome, next: ChipOutcome) {
        outcome.reports += next.reports
        outcome.gone = outcome.gone ?? next.gone
    }
}

/// How long a failing chip is kept while its error does not say that it is gone. An expander on I2C may miss one
/// exchange, and recovers faster than a chip that is released and looked for again.
struct ChipPatience {
    /// From a failed attempt to the next.
    static let retry = Duration.milliseconds(200)
    /// Failed attempts in a row that are allowed.
    static let most = 10

    private var failures = 0
    private var lastCounted: BootTime?

    mutating func succeed() { self = ChipPatience() }

    /// Counts a failed attempt. An attempt sooner than `retry` after the last one is not counted: flooding lines are
    /// read more often, but the limit is meant as a time.
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
