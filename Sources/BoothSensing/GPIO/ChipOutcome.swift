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

    mutating func succeed() { failures = 0 }

    /// - Returns: whether the chip counts as gone now.
    mutating func fail(_ error: GPIOError) -> Bool {
        failures += 1
        return error.meansChipGone || failures >= Self.most
    }
}
